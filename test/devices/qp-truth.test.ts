/** @file What a status means on every device: no row, cost or sample of any size may disturb an answer, and no rounding decides one. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {certify, solveQP, type QPInput} from '../../src/index.js';
import {judgeNasty, judgeSolved, solveBatchAsync} from '../helpers/qp-verdicts.js';
import {metamorphicBatch} from '../zoo/qp/metamorphic.js';
import {nastyBatch} from '../zoo/qp/nasty.js';
import {assertClose, describeDevices, toleranceOn, valuesOf} from './devices.js';

interface Specimen {
  problem: QPInput;
  status?: number;
  /** Zero where the status is not 0. */
  x?: number[];
  ineqDual?: number[];
  slack?: number[];
}

const identity = [
  [1, 0],
  [0, 1],
];
const LARGEST = (2 - 2 ** -23) * 2 ** 127;
const infeasible = {status: 1, x: [0, 0]};
const one = (G: number, h: number) => ({Q: [[1]], p: [1], G: [[G]], h: [h]});
const bounded = (h: number) => ({Q: [[1]], p: [-3], G: [[1], [-1]], h: [2, h]});
/** x₁ ≥ 1, x₂ ≥ 2 and others. */
const apart = (far: number) => ({
  ...{
    Q: [
      [2, 0],
      [0, 4],
    ],
    p: [0, 0],
    A: [[1, 2]],
    b: [2],
  },
  G: [
    [-1, 0],
    [0, -1],
    [1, 0],
    [0, 1],
  ],
  h: [-1, -2, far, far],
});
const agreeing = (sum: number) => ({
  ...{Q: identity, p: [0, 0]},
  A: [...identity, [1, 1]],
  b: [0.1, 0.2, sum],
});
const costly = {
  Q: identity,
  p: [1e10, -1.05],
  G: [
    [-1, 0],
    [0, 1],
  ],
  h: [0, 1],
};

const SPECIMENS: Record<string, Specimen> = {
  'a bound that is far away': {
    problem: {
      Q: [
        [14, -15],
        [-15, 19],
      ],
      ...{
        p: [-6, 5],
        G: [
          [1, 3],
          [-1, 1],
          [2, 1],
          [1, 1],
        ],
        h: [2, 1, 0, 1e6],
      },
    },
    ...{x: [8 / 75, -16 / 75], ineqDual: [0, 0, 49 / 75, 0]},
  },
  '1e20 for no bound': {problem: bounded(1e20), x: [2], ineqDual: [1, 0], slack: [0, Math.fround(1e20)]},
  'Infinity for no bound': {problem: bounded(Infinity), x: [2], ineqDual: [1, 0], slack: [0, LARGEST]},
  '9e19, which is a bound': {problem: {...bounded(9e19), p: [3]}, x: [-3]},
  '-9e19, which is a bound': {problem: {...bounded(0), p: [0], h: [-9e19, Infinity]}, x: [-9e19]},
  '-1e20, which nothing meets': {problem: bounded(-1e20), status: 5, x: [0]},
  '-Infinity, which nothing meets': {problem: bounded(-Infinity), status: 5, x: [0]},
  '1e20 on the right of an equality': {problem: {Q: [[1]], p: [1], A: [[1]], b: [1e20]}, status: 5, x: [0]},
  'a linear program with a far bound': {
    problem: {
      Q: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 1],
      ],
      ...{
        p: [1, 2, 0],
        G: [
          [-1, -1, 0],
          [-1, 0, 0],
          [0, -1, 0],
          [1, 0, 0],
        ],
        h: [-1, 0, 0, 1e7],
      },
    },
    ...{x: [1, 0, 0], ineqDual: [1, 0, 1, 0], slack: [0, 1, 0, 9999999]},
  },
  'a variable that is priced out': {problem: costly, x: [0, 1]},
  'a variable fixed far away, and a row of zeros': {
    problem: {
      ...costly,
      p: [1e10, -0.169],
      G: [
        [-1, 0],
        [0, 1],
        [0, 0],
      ],
      h: [0, 1, 1],
      A: [[1, 0]],
      b: [8.3e9],
    },
    x: [8.3e9, 0.169],
  },
  'a contradiction among far bounds': {problem: apart(1e20), ...infeasible},
  'a contradiction among bounds that are just far': {problem: apart(1e6), ...infeasible},
  'equalities that agree up to rounding': {problem: agreeing(0.3), x: [0.1, 0.2]},
  'equalities that do not': {problem: agreeing(0.301), ...infeasible},
  'an equality three times': {
    problem: {
      Q: identity,
      p: [0, 0],
      A: [
        [1, 1],
        [1, 1],
        [1, 1],
      ],
      b: [0.1, 0.1, 0.1],
    },
    x: [0.05, 0.05],
  },
  'noise in the place of zero on the right of a row of zeros': {problem: one(0, -1e-17), x: [-1]},
  'a row of zeros that contradicts': {problem: one(0, -1e-9), status: 1, x: [0]},
  'an equality of zeros with noise': {problem: {Q: [[1]], p: [1], A: [[0]], b: [1e-20]}, x: [-1]},
  'an equality of zeros that contradicts': {
    problem: {Q: [[1]], p: [1], A: [[0]], b: [1e-9]},
    ...{status: 1, x: [0]},
  },
  'a minimum far away': {problem: {Q: [[1]], p: [-1e8], G: [[-1]], h: [0]}, x: [1e8]},
  'a minimum far away from all rows': {
    problem: {
      Q: [
        [0.1, 0],
        [0, 0.1],
      ],
      p: [1e8, 1e8],
      G: [
        [0.5, -0.3],
        [-0.2, 0.7],
      ],
      h: [1, 1],
    },
    x: [-1e9, -1e9],
  },
  'a large objective': {
    problem: {
      Q: [
        [1e25, 0],
        [0, 1e25],
      ],
      p: [-1e25, 0],
    },
    x: [1, 0],
  },
  'rounding beside a small curvature': {
    problem: {
      Q: [
        [1e6, 1e6, 0],
        [1e6, 1e6 * (1 - 2 ** -23), 0],
        [0, 0, 0.1],
      ],
      p: [0, 0, -0.1],
    },
    x: [0, 0, 1],
  },
  'no lower end': {
    problem: {
      Q: [
        [1, 0],
        [0, 0],
      ],
      p: [0, -1],
      G: [[1, 0]],
      h: [1],
    },
    status: 2,
    x: [0, 0],
  },
  'a matrix that is indefinite': {
    problem: {
      Q: [
        [1, 0],
        [0, -1e-4],
      ],
      p: [0, 0],
    },
    status: 5,
    x: [0, 0],
  },
};

/** A batch with a second sample that is solved, since one in which all are invalid throws. */
function withNeighbour(problem: QPInput): QPInput {
  const zeros = (value: unknown): unknown => (Array.isArray(value) ? value.map(zeros) : 0);
  const entries = Object.entries(problem).map(([name, value]) => [name, [value, zeros(value)]]);
  return Object.fromEntries(entries) as QPInput;
}

describeDevices('the meaning of status', (device) => {
  for (const [name, {problem, status = 0, ...expected}] of Object.entries(SPECIMENS)) {
    it(`is right for ${name}`, async () => {
      const result = solveQP(withNeighbour(problem), {onFailure: 'ignore'});
      const first = async (tensor: tf.Tensor) => {
        const values = await valuesOf(tensor);
        return values.slice(0, values.length / 2);
      };
      assert.equal((await first(result.status))[0], status);
      for (const [output, values] of Object.entries(expected)) {
        const found = await first(result[output as 'x']);
        found.forEach((value, i) =>
          assertClose([value], [values[i]], 1e-5, `${output} ${i}`, values[i] === 0 ? 1e-7 : 0),
        );
      }
      const {certificate, ...outputs} = result;
      for (const tensor of [...Object.values(outputs), ...Object.values(certificate)]) {
        if (tensor instanceof tf.Tensor) assert.isTrue((await valuesOf(tensor)).every(Number.isFinite));
      }
      tf.dispose([Object.values(outputs), Object.values(certificate)] as tf.Tensor[][]);
    });
  }

  it('has no infinite output where x is beyond f32', async () => {
    const result = solveQP({Q: [[[1e-30]], [[1]]], p: [[-1e30], [0]]}, {onFailure: 'ignore'});
    assert.equal((await valuesOf(result.status))[0] > 2, true);
    for (const tensor of Object.values(result)) {
      if (tensor instanceof tf.Tensor) assert.isTrue((await valuesOf(tensor)).every(Number.isFinite));
    }
  });

  for (const far of [1e6, 1e15, 1e20, Infinity]) {
    it(`has the gradient that a row at ${far} does not change`, async () => {
      const {problem} = SPECIMENS['a bound that is far away'];
      const gradient = (name: 'p' | 'h' | 'G', value: tf.TensorLike) =>
        tf.grad((v: tf.Tensor) => tf.sum(solveQP({...problem, [name]: v, h: name === 'h' ? v : h}).x))(
          tf.tensor(value),
        );
      const h = tf.tensor([2, 1, 0, far]);
      const tolerance = toleranceOn(device);
      assertClose(await valuesOf(gradient('p', problem.p as number[])), [1 / 150, -1 / 75], tolerance, 'p');
      assertClose(await valuesOf(gradient('h', [2, 1, 0, far])), [0, 0, 97 / 150, 0], tolerance, 'h');
      const G = await valuesOf(gradient('G', problem.G as number[][]));
      assert.deepEqual([...G.slice(0, 4), ...G.slice(6)], [0, 0, 0, 0, 0, 0]);
    });
  }

  it('judges a given point as the host does', async () => {
    const {problem} = SPECIMENS['a bound that is far away'];
    const points = [
      [8 / 75, -16 / 75],
      [8 / 75, -0.2],
      [-0.185, -0.61],
    ];
    const right = certify({...problem, h: [2, 1, 0, Infinity]}, {x: points[0], ineqDual: [0, 0, 49 / 75, 0]});
    assert.isBelow((await valuesOf(right.residual))[0], 2 ** -20);
    const p = tf.tile(tf.tensor2d([problem.p as number[]]), [3, 1]);
    const judged = certify({...problem, p}, {x: points, ineqDual: [0, 0, 49 / 75, 0]});
    const [, residual] = await valuesOf(judged.residual);
    // Of the second point: 2x₁ + x₂ = 1/75 against 16/75 + 1/5.
    assertClose([residual], [1 / 31], 1e-5, 'residual');
    assertClose((await valuesOf(judged.rows)).slice(4, 8), [0, 0, 1 / 31, 0], 1e-5, 'rows');
    assert.deepEqual(judged.columns.shape, [3, 2]);
    assert.isAbove((await valuesOf(judged.residual))[2], 0.1);
  });

  // Of three problems each; a GPU that software stands for takes seconds.
  const seeds = device === 'webgpu' ? 6 : 12;
  const bounded = ['far bounds', 'fixed variable', 'priced out'];
  for (const form of ['rows', 'bounds'] as const) {
    it(`stays the same after changes that cannot matter, with ${form}`, async () => {
      const wrong: string[] = [];
      for (let seed = 0; seed < seeds; seed++) {
        const only = form === 'bounds' ? bounded[seed % bounded.length] : undefined;
        const {name, samples, neighbours} = metamorphicBatch(`device ${seed}`, 3, only);
        const outcomes = await solveBatchAsync([...samples, ...neighbours], {}, form);
        samples.forEach((sample, i) => {
          const {verdict, why} = judgeSolved(sample, outcomes[i]);
          if (verdict !== 'right') wrong.push(`${name}: ${why}`);
        });
      }
      assert.deepEqual(wrong, []);
    });
  }

  it('says nothing wrong of problems that are hard on purpose', async () => {
    for (let seed = 0; seed < seeds; seed++) {
      const samples = nastyBatch(`device ${seed}`, 3);
      const outcomes = await solveBatchAsync(samples);
      samples.forEach((sample, i) => {
        const {verdict, why} = judgeNasty(sample, outcomes[i]);
        assert.notEqual(verdict, 'wrong', why);
      });
    }
  });
});
