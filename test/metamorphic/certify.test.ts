/** @file `certify` tells right answers from wrong ones, as the judge of these suites does, which shares no code with it. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {certify} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';
import {residualOf, type Answer} from '../helpers/qp-judge.js';
import {F32_TOLERANCE} from '../helpers/qp-verdicts.js';
import type {QPCase} from '../zoo/qp/case.js';
import {metamorphicBatch} from '../zoo/qp/metamorphic.js';

const SEEDS = Array.from({length: 40}, (_, i) => i);

function certified({Q, p, G, h, A, b}: QPCase, {x, ineqDual, eqDual}: Answer): number {
  return tf.tidy(() => {
    const constraints = {...(h.length > 0 ? {G, h} : {}), ...(b.length > 0 ? {A, b} : {})};
    const point = {x: [...x], ineqDual: [...ineqDual], eqDual: [...eqDual]};
    return certify({Q, p, ...constraints}, point).residual.dataSync()[0];
  });
}

const toF32 = ({x, ineqDual, eqDual}: Answer): Answer => ({
  x: x.map(Math.fround),
  ineqDual: ineqDual.map(Math.fround),
  eqDual: eqDual.map(Math.fround),
});

describeBackends('certify', () => {
  it('takes the known solutions of problems at any scale', () => {
    for (const seed of SEEDS) {
      for (const sample of metamorphicBatch(`certify ${seed}`, 2).samples) {
        assert.isAtMost(certified(sample, toF32(sample)), F32_TOLERANCE, sample.name);
      }
    }
  });

  it('refuses points that are off by a hundredth', () => {
    let refused = 0;
    for (const seed of SEEDS) {
      const [sample] = metamorphicBatch(`certify ${seed}`, 1).samples;
      for (const name of ['x', 'ineqDual', 'eqDual'] as const) {
        sample[name].forEach((value, i) => {
          const moved = value === 0 && name === 'x' ? sample.unit[i] : value;
          const wrong = toF32({...sample, [name]: sample[name].with(i, value + 0.01 * moved)});
          // A multiplier or a variable that hardly matters may move without harm.
          if (residualOf(sample, wrong) <= 1e-5) return;
          assert.isAbove(certified(sample, wrong), F32_TOLERANCE, `${sample.name}: ${name}[${i}]`);
          refused++;
        });
      }
    }
    assert.isAbove(refused, 200);
  });

  it('has the shapes of the problem, with a batch and without one', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const one = {Q: [[1]], p: [-3], G: [[1]], h: [2]};
        const shapes = (result: ReturnType<typeof certify>) =>
          [result.residual, result.rows, result.columns].map(({shape}) => shape);
        assert.deepEqual(shapes(certify(one, {x: [2], ineqDual: [1]})), [[], [1], [1]]);
        const batch = {...one, p: [[-3], [-1]], A: [[0]], b: [0]};
        const point = {x: [[2], [1]], ineqDual: [[1], [0]], eqDual: [[5], [0]]};
        const result = certify(batch, point);
        assert.deepEqual(shapes(result), [[2], [2, 2], [2, 1]]);
        assert.isTrue(result.residual.dataSync().every((value) => value <= F32_TOLERANCE));
        const off = certify(one, {x: [1.5], ineqDual: [1]});
        // |1.5 − 3 + 1| of 1.5 + 3 + 1; and .5 of the terms 3.5 with λ's share of 1/5.5.
        assert.approximately(off.columns.dataSync()[0], 0.5 / 5.5, 1e-3);
        assert.approximately(off.rows.dataSync()[0], 0.5 / 3.5, 1e-3);
      }),
    ));

  it('names what is missing, and shapes that do not fit', () => {
    const problem = {Q: [[1]], p: [-3], G: [[1]], h: [2]};
    assert.match(
      messageOf(() => certify(problem, {} as never)),
      /x is missing/,
    );
    assert.match(
      messageOf(() => certify(problem, {x: [2]})),
      /ineqDual is missing.*\[1\]/,
    );
    for (const ineqDual of [[1, 2], [[1], [2]], [[[1]]]]) {
      assert.match(
        messageOf(() => certify(problem, {x: [2], ineqDual})),
        /ineqDual must have shape \[1\]/,
      );
    }
  });
});
