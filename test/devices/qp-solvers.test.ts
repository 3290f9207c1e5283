/** @file The four QP solvers of tensor operations on every device: x, statuses and a gradient against the cpu backend. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {BoxCDQP} from '../../src/solvers/quadratic/box-cd-qp.js';
import {BoxOSQP} from '../../src/solvers/quadratic/box-osqp.js';
import {EqualityConstrainedQP} from '../../src/solvers/quadratic/equality-constrained-qp.js';
import {OSQP} from '../../src/solvers/quadratic/osqp.js';
import {assertClose, describeDevices, onReference, REFERENCE, toleranceOn, valuesOf} from './devices.js';

/** Data of a batch, in plain numbers. */
type Data = Record<string, {shape: number[]; values: number[]}>;
type Tensors = Record<string, tf.Tensor>;
/** x and status of each sample. */
type Solve = (data: Tensors) => {x: tf.Tensor; status: tf.Tensor};

/** Enough for these problems: no host can see on WebGPU when to stop. */
const FEW = {maxIterations: 20};

const of = (shape: number[], ...values: number[]) => ({shape, values});
const CURVATURE = of([1, 3, 3], 4, 1, 0, 1, 3, -1, 0, -1, 2);
const LINEAR = of([2, 3], 1, -2, 3, -4, 0.5, 1);
const FLAT = of([1, 2, 2], 1, 0, 0, 0);

/** By solver: problems that all samples of are solved, and one with samples that are not. */
const SUITES: {name: string; solve: Solve; wrt: string; solved: Data[]; mixed: Data; statuses: number[]}[] = [
  {
    name: 'OSQP',
    solve: (data) => {
      const {x, state} = new OSQP(FEW).run(null, data as Parameters<OSQP['run']>[1]);
      return {x: x.x, status: state.status};
    },
    wrt: 'h',
    solved: [
      {
        ...{Q: CURVATURE, p: LINEAR, G: of([1, 2, 3], 1, 1, 1, -1, 0, 2), h: of([2, 2], -0.5, 1, 0.25, 0.5)},
        ...{A: of([1, 1, 3], 1, -1, 0.5), b: of([2, 1], 0.5, -0.25)},
      },
      {
        ...{
          Q: FLAT,
          p: of([2, 2], -1, -1, 2, -1),
          G: of([1, 3, 2], 1, 1, -1, 0, 0, -1),
          h: of([1, 3], 1, 0, 0),
        },
        ...{A: of([1, 0, 2]), b: of([1, 0])},
      },
    ],
    // x ≤ 1 and −x ≤ −3.
    mixed: {
      ...{Q: of([1, 1, 1], 1), p: of([2, 1], -3, 0), G: of([1, 2, 1], 1, -1), h: of([2, 2], 1, 0, 1, -3)},
      ...{A: of([1, 0, 1]), b: of([1, 0])},
    },
    statuses: [0, 1],
  },
  {
    name: 'BoxOSQP',
    solve: (data) => {
      const {x, state} = new BoxOSQP(FEW).run(null, data as Parameters<BoxOSQP['run']>[1]);
      return {x: x.x, status: state.status};
    },
    wrt: 'upper',
    solved: [
      {
        ...{Q: CURVATURE, p: LINEAR, A: of([1, 3, 3], 1, 1, 1, -1, 0, 2, 0, 1, 0)},
        ...{
          lower: of([2, 3], -1, -Infinity, 0.5, 0, -1, 0.25),
          upper: of([2, 3], -0.5, 0.125, 0.5, Infinity, 1, 0.25),
        },
      },
      {
        ...{Q: of([1, 1, 1], 2), p: of([2, 1], -8, 1), A: of([1, 1, 1], 1)},
        ...{lower: of([1, 1], -Infinity), upper: of([1, 1], 3)},
      },
    ],
    // The objective −x falls without end in the second sample.
    mixed: {
      ...{Q: of([2, 1, 1], 1, 0), p: of([2, 1], -1, -1), A: of([1, 1, 1], 1)},
      ...{lower: of([1, 1], 0), upper: of([1, 1], Infinity)},
    },
    statuses: [0, 2],
  },
  {
    name: 'EqualityConstrainedQP',
    solve: (data) => {
      const solver = new EqualityConstrainedQP();
      const {x, state} = solver.run(null, data as Parameters<EqualityConstrainedQP['run']>[1]);
      return {x: x.x, status: state.status};
    },
    wrt: 'p',
    solved: [
      {Q: CURVATURE, p: LINEAR, A: of([1, 1, 3], 1, -1, 0.5), b: of([2, 1], 0.5, -0.25)},
      {Q: CURVATURE, p: LINEAR, A: of([1, 0, 3]), b: of([1, 0])},
    ],
    // x₀ = 1 and 2x₀ = 3.
    mixed: {
      ...{Q: of([1, 2, 2], 1, 0, 0, 1), p: of([2, 2], 1, 1, 1, 1)},
      ...{A: of([1, 2, 2], 1, 0, 2, 0), b: of([2, 2], 1, 2, 1, 3)},
    },
    statuses: [0, 1],
  },
  {
    name: 'BoxCDQP',
    solve: (data) => {
      const {x, state} = new BoxCDQP({maxIterations: 6}).run(null, data as Parameters<BoxCDQP['run']>[1]);
      return {x, status: state.status};
    },
    wrt: 'upper',
    solved: [
      {
        Q: CURVATURE,
        p: LINEAR,
        lower: of([1, 3], -0.25, -Infinity, -1),
        upper: of([2, 3], 1, 0.5, 1, 0.75, Infinity, 2),
      },
      {Q: FLAT, p: of([2, 2], 1, -1, -3, 2), lower: of([1, 2], -2, -2), upper: of([1, 2], 2, 1)},
    ],
    mixed: {
      ...{Q: of([2, 1, 1], 1, -1), p: of([2, 1], -1, -1)},
      ...{lower: of([1, 1], 0), upper: of([1, 1], 0.5)},
    },
    statuses: [0, 5],
  },
];

const tensorsOf = (data: Data): Tensors =>
  Object.fromEntries(Object.entries(data).map(([name, {shape, values}]) => [name, tf.tensor(values, shape)]));

async function read(...tensors: tf.Tensor[]): Promise<number[][]> {
  const values = await Promise.all(tensors.map(valuesOf));
  tf.dispose(tensors);
  return values;
}

/** x, the gradient of Σ sin(3j + 1)·xⱼ, and the statuses. */
async function solveAll(solve: Solve, data: Data, wrt: string): Promise<number[][]> {
  const found = tf.tidy(() => {
    const tensors = tensorsOf(data);
    let [x, status] = [tf.scalar(0) as tf.Tensor, tf.scalar(0) as tf.Tensor];
    const slope = tf.grad((at: tf.Tensor) => {
      const solved = solve({...tensors, [wrt]: at});
      [x, status] = [tf.keep(tf.clone(solved.x)), tf.keep(tf.clone(solved.status))];
      const n = x.shape[1]!;
      return tf.sum(tf.mul(solved.x, tf.sin(tf.add(1, tf.mul(3, tf.range(0, n))))));
    })(tensors[wrt]);
    return [x, slope, status];
  });
  return read(...found);
}

/** The expectations of each problem. */
const expectationsOf = SUITES.map(({solve, wrt}) => onReference((data: Data) => solveAll(solve, data, wrt)));

describeDevices(
  'QP solvers of tensor operations',
  (device) => {
    for (const [k, {name, solve, wrt, solved, mixed, statuses}] of SUITES.entries()) {
      const expectationOf = expectationsOf[k];
      // The reference would be compared with itself.
      if (device !== REFERENCE)
        solved.forEach((data, i) => {
          it(`${name} has the solution and the gradient of the cpu backend: problem ${i}`, async () => {
            const found = await solveAll(solve, data, wrt);
            const expected = await expectationOf(data);
            assert.deepEqual([found[2], expected[2]], [[0, 0], [0, 0]]); // prettier-ignore
            assertClose(found[0], expected[0], toleranceOn(device), 'x', 1e-6);
            assertClose(found[1], expected[1], toleranceOn(device), 'gradient', 1e-6);
          });
        });

      it(`${name} keeps the good sample beside one that has no solution`, async () => {
        const [x, slope, status] = await solveAll(solve, mixed, wrt);
        assert.deepEqual(status, statuses);
        if (device === REFERENCE) return;
        const expected = await expectationOf(mixed);
        assertClose(x, expected[0], toleranceOn(device), 'x', 1e-6);
        assertClose(slope, expected[1], toleranceOn(device), 'gradient', 1e-6);
      });
    }
  },
  {unreadable: true},
);
