/** @file Transport plans in f64: how much work they take, and samples that have no plan. */
import {assert} from 'chai';
import {planGradientBatch} from '../../../../src/kernels/algorithms/transport/batch.js';
import {findPlan} from '../../../../src/kernels/algorithms/transport/plan.js';
import {POTENTIALS, type TransportKind} from '../../../../src/kernels/algorithms/transport/potentials.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

interface Problem {
  n: number;
  m: number;
  X: Float64Array;
  rows: Float64Array;
  columns: Float64Array;
}

function shares(weights: number[]): Float64Array {
  const total = weights.reduce((sum, value) => sum + value);
  return Float64Array.from(weights, (value) => value / total);
}

function random(n: number, m: number, scale: number, seed: number): Problem {
  const draw = seededRandom(seed);
  const weights = (size: number) => shares(Array.from({length: size}, () => 0.1 + draw()));
  const X = Float64Array.from({length: n * m}, () => scale * (2 * draw() - 1));
  return {n, m, X, rows: weights(n), columns: weights(m)};
}

/** Each row has a column of its own; what is left over goes down the stairs. */
function stairs(n: number, depth: number): Problem {
  const X = Float64Array.from({length: n * n}, (_, at) => -depth * (Math.floor(at / n) - (at % n)) ** 2);
  const rows = Float64Array.from({length: n}, (_, i) => (1 + (i === 0 ? 0.2 : i === n - 1 ? -0.2 : 0)) / n);
  return {n, m: n, X, rows, columns: new Float64Array(n).fill(1 / n)};
}

/** How often all duals were balanced, and all of P or its slope computed. */
function workOf(kind: TransportKind, problem: Problem): [sweeps: number, matrices: number] {
  const potential = POTENTIALS[kind];
  const original = {...potential};
  let [balances, values] = [0, 0];
  potential.balance = (...data) => (balances++, original.balance(...data));
  potential.value = (z) => (values++, original.value(z));
  try {
    const {miss} = findPlan({kind, ...problem});
    assert.isAtMost(miss, 1e-7);
  } finally {
    Object.assign(potential, original);
  }
  const {n, m} = problem;
  return [balances / (n + m), values / (n * m)];
}

const SEEDS = Array.from({length: 10}, (_, seed) => seed);
const FAMILIES: Record<string, Problem[]> = {
  'small X': SEEDS.map((seed) => random(6, 5, 2, seed)),
  'large X': SEEDS.map((seed) => random(6, 5, 100, seed)),
  'huge X': SEEDS.map((seed) => random(5, 6, 3e4, seed)),
  'X whose own rounding counts': SEEDS.slice(0, 4).map((seed) => random(4, 5, 1e9, seed)),
  'weak links': [stairs(2, 40), stairs(2, 400), stairs(5, 60), stairs(4, 20)],
};

/** Sweeps and matrices of a family together, as measured: without second-order steps, or from worse starts, they would be more. */
const WORK: Record<TransportKind, Record<keyof typeof FAMILIES, [number, number]>> = {
  entropic: {
    'small X': [30, 174],
    'large X': [105, 917],
    'huge X': [222, 2989],
    'X whose own rounding counts': [127, 1266],
    'weak links': [39, 383],
  },
  euclidean: {
    'small X': [60, 977],
    'large X': [168, 3327],
    'huge X': [326, 7047],
    'X whose own rounding counts': [187, 2077],
    'weak links': [66, 1068],
  },
};
/** For exponentials and logarithms that round in another way. */
const ROOM = 1.1;

describe('transport plans in f64, the work', () => {
  for (const kind of ['entropic', 'euclidean'] as const) {
    for (const [name, problems] of Object.entries(FAMILIES)) {
      it(`${kind}: ${name} takes few sweeps and few steps`, () => {
        const work = problems.map((problem) => workOf(kind, problem));
        const total = [0, 1].map((k) => work.reduce((sum, one) => sum + one[k], 0));
        assert.isAtMost(total[0], ROOM * WORK[kind][name][0], 'sweeps');
        assert.isAtMost(total[1], ROOM * WORK[kind][name][1], 'matrices');
      });
    }
  }
});

describe('the derivative of transport plans', () => {
  for (const kind of ['entropic', 'euclidean'] as const) {
    it(`${kind}: is zero where there is no plan, which the next sample does not notice`, () => {
      const [n, m] = [2, 3];
      const P = [0.1, 0.2, 0, 0, 0.3, 0.4];
      const dP = [1, -2, 3, 0.5, 1, -1];
      const run = (plans: number[]) => {
        const batch = plans.length / 6;
        const [dx, da, db] = [6, 2, 3].map((size) => new Float32Array(batch * size).fill(7));
        const cotangents = Float32Array.from(plans, (_, at) => dP[at % 6]);
        planGradientBatch(
          {kind, batch, n, m, strength: 0.5},
          Float32Array.from(plans),
          cotangents,
          dx,
          da,
          db,
        );
        return [dx, da, db].map((values) => Array.from(values));
      };
      const alone = run(P);
      const after = run([...new Array<number>(6).fill(NaN), ...P]);
      after.forEach((values, k) => {
        const size = alone[k].length;
        assert.deepEqual(values.slice(size), alone[k]);
        values.slice(0, size).forEach((value) => assert.equal(Math.abs(value), 0));
      });
    });
  }
});
