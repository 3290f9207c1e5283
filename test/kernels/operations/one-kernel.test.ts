/** @file On the host each operation is one kernel, and so is its gradient: nothing is composed of what tfjs has. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {blockMeans} from '../../../src/kernels/operations/blocks.js';
import {runBoxSection} from '../../../src/kernels/operations/box-section.js';
import {runEntmax, runEntmaxGradient} from '../../../src/kernels/operations/entmax.js';
import {runIsotonic} from '../../../src/kernels/operations/isotonic.js';
import {runOuters} from '../../../src/kernels/operations/outers.js';
import {runSimplex} from '../../../src/kernels/operations/simplex.js';
import {descendingOrder} from '../../../src/kernels/operations/sort.js';
import {runTotalVariation} from '../../../src/kernels/operations/total-variation.js';
import {runTransport, runTransportGradient} from '../../../src/kernels/operations/transport.js';
import {describeBackends} from '../../helpers/backends.js';

const rows = () => tf.tensor2d([0.9, -0.2, 0.4, 0.3, 3, 2.5], [2, 3]);
const column = () => tf.tensor2d([1, 0.75], [2, 1]);
const plans = () => tf.tensor3d([1, 2, 3, 4], [1, 2, 2]);
const halves = () => tf.tensor2d([[0.5, 0.5]]);
const entropic = {kind: 'entropic', strength: 0.5} as unknown as Parameters<typeof runTransport>[0];

/** What is run, and the kernels that this takes, next to those that make the inputs. */
const OPERATIONS: Record<string, [run: () => unknown, kernels: string[]]> = {
  simplex: [() => runSimplex(rows(), column()), ['ImplicitSimplex']],
  'the gradient of simplex': [
    () => gradientOf((x) => runSimplex(x, column())),
    ['ImplicitSimplex', 'ImplicitSimplexGradient'],
  ],
  isotonic: [() => runIsotonic(rows(), true), ['ImplicitIsotonic']],
  'the gradient of isotonic': [
    () => gradientOf((x) => runIsotonic(x, false)),
    ['ImplicitIsotonic', 'ImplicitBlockMeans'],
  ],
  'means of blocks': [
    () => blockMeans(rows(), tf.tensor2d([0, 0, 2, 0, 1, 1], [2, 3])),
    ['ImplicitBlockMeans'],
  ],
  'total variation': [() => runTotalVariation(rows(), column()), ['ImplicitTotalVariation']],
  entmax: [() => runEntmax('entmax', rows(), column()), ['ImplicitEntmax']],
  'the gradient of entmax': [
    () => runEntmaxGradient('entmax', rows(), column(), rows()),
    ['ImplicitEntmaxGradient'],
  ],
  'box sections': [
    () => runBoxSection({x: rows(), lower: rows(), upper: rows(), w: rows(), c: column()}),
    ['ImplicitBoxSection'],
  ],
  transport: [() => runTransport(entropic, {x: plans(), a: halves(), b: halves()}), ['ImplicitTransport']],
  'the gradient of transport': [
    () => runTransportGradient(entropic, plans(), plans()),
    ['ImplicitTransportGradient'],
  ],
  'outer products': [() => runOuters([[rows(), column()]]), ['ImplicitOuters']],
  'the order of rows': [() => descendingOrder(rows()), ['ImplicitOrder']],
};

const gradientOf = (f: (x: tf.Tensor2D) => tf.Tensor) => tf.valueAndGrads(f as never)([rows()], undefined);

describeBackends('operations that have a kernel', () => {
  for (const [name, [run, kernels]] of Object.entries(OPERATIONS)) {
    it(`${name}: ${kernels.join(' and ')}`, async () => {
      tf.engine().startScope();
      const {kernelNames} = await tf.profile(() => run() as tf.TensorContainer);
      tf.engine().endScope();
      assert.deepEqual(
        kernelNames.filter((kernel) => !/^(Identity|Fill|OnesLike|ZerosLike)$/.test(kernel)).sort(),
        [...kernels].sort(),
      );
    });
  }
});
