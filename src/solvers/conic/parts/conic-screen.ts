/** @file Conic data after removing rows that do not exist and invalid samples. */
import * as tf from '@tensorflow/tfjs-core';
import {offTape} from '../../../autodiff/index.js';
import type {ConicData} from '../../../conditions/index.js';
import {coneBlocks, NO_BOUND, type Cones} from '../../../kernels/index.js';
import {keepSamples} from '../../iteration/leaves.js';

/** If the cones are known, rows at `NO_BOUND` have no effect; `valid` [B] is 1 for samples that are finite otherwise. */
export function screenConic({c, E, d}: ConicData, cones: Cones | null): {data: ConicData; valid: tf.Tensor} {
  const m = E.shape[1]!;
  const {absent, valid} = offTape(() => {
    const rays = new Float32Array(m);
    for (const {kind, start} of cones ? coneBlocks(cones) : []) if (kind === 'ray') rays[start] = 1;
    const isRay = tf.broadcastTo(tf.greater(tf.tensor2d(rays, [1, m]), 0), d.shape);
    const gone = tf.logicalAnd(isRay, tf.greaterEqual(d, NO_BOUND));
    const isBad = tf.logicalAnd(isRay, tf.lessEqual(d, -NO_BOUND));
    const fine = tf.logicalAnd(tf.logicalNot(isBad), tf.logicalOr(gone, tf.isFinite(d)));
    // Not a cast of a comparison: on WebGPU this gives integers that are labelled as floats.
    const all = (flags: tf.Tensor) =>
      tf.min(
        tf.reshape(tf.where(flags, tf.ones(flags.shape), tf.zeros(flags.shape)), [flags.shape[0], -1]),
        1,
      );
    const ofAll = [tf.isFinite(c), tf.isFinite(E), fine].map(all).reduce((a, b) => tf.minimum(a, b));
    return {absent: gone, valid: tf.minimum(ofAll, tf.ones([c.shape[0]]))};
  });
  const batch = c.shape[0];
  const ofBatch = (v: tf.Tensor) =>
    v.shape[0] === batch ? v : tf.tile(v, [batch, ...v.shape.slice(1).map(() => 1)]);
  const [rows, bounds] = [
    offTape(() => ofBatch(tf.where(absent, tf.ones(d.shape), tf.zeros(d.shape)))),
    ofBatch(d),
  ];
  const isGone = offTape(() => tf.greater(rows, 0));
  const entries = ofBatch(E);
  const wholeRows = offTape(() => tf.broadcastTo(tf.expandDims(isGone, 2), entries.shape));
  return {
    data: {
      c: keepSamples(valid, c),
      E: keepSamples(valid, tf.where(wholeRows, tf.zerosLike(entries), entries)),
      d: keepSamples(valid, tf.where(isGone, tf.onesLike(bounds), bounds)),
    },
    valid,
  };
}
