/** @file A batch of quadratic programs of every outcome: what is written of each sample, and where. */
import {assert} from 'chai';
import {qpBatch} from '../../../../src/kernels/algorithms/qp/qp-batch.js';
import {apart, DENSE} from './planted.js';

/** Two variables, an equality and two inequalities. */
interface Sample {
  Q: number[];
  p: number[];
  G: number[];
  h: number[];
  A: number[];
  b: number[];
  status: number;
  /** x, λ, ν and slack. */
  x?: number[];
  ineqDual?: number[];
  eqDual?: number[];
  slack?: number[];
  activity?: number[];
  certificateX?: number[];
  certificateIneq?: number[];
  certificateEq?: number[];
}

const LARGEST = (2 - 2 ** -23) * 2 ** 127;
const bowl = {Q: [1, 0, 0, 1], p: [0, 0], G: [1, 0, 0, 1], h: [5, -1], A: [1, -1], b: [2]};

const SAMPLES: Sample[] = [
  // x₁ − x₂ = 2 and x₂ ≤ −1: at (1, −1), where the equality alone holds both; so the bound is weak.
  {...bowl, status: 0, x: [1, -1], ineqDual: [0, 0], eqDual: [-1], slack: [4, 0], activity: [0, 2]},
  {...bowl, h: [5, -2], status: 0, x: [0, -2], ineqDual: [0, 2], eqDual: [0], slack: [5, 0], activity: [0, 1]},
  // A row without a bound, and a row of zeros.
  {...bowl, G: [1, 0, 0, 0], h: [Infinity, 7], status: 0, x: [1, -1], ineqDual: [0, 0], eqDual: [-1], slack: [LARGEST, 7], activity: [0, 0]},
  // x₁ ≤ −1 with x₁ − x₂ = 2 and −x₂ ≤ 1.
  {...bowl, G: [1, 0, 0, -1], h: [-1, 1], status: 1, certificateIneq: [0.5, 0.5], certificateEq: [-0.5]},
  // Down along (1, 1).
  {...bowl, Q: [1, -1, -1, 1], p: [-2, -2], G: [-1, 0, 0, -1], h: [0, 0], b: [0], status: 2, certificateX: [0.25, 0.25]},
  {...bowl, h: [NaN, 1], status: 5},
  {...bowl, Q: [1, 0, 0, -1], status: 5},
  {...bowl, p: [Infinity, 0], status: 5},
  {...bowl, status: 0, x: [1, -1], ineqDual: [0, 0], eqDual: [-1], slack: [4, 0], activity: [0, 2]},
]; // prettier-ignore

const INPUTS = ['Q', 'p', 'G', 'h', 'A', 'b'] as const;
const OUTPUTS = {x: 2, ineqDual: 2, eqDual: 1, slack: 2, activity: 2, certificateX: 2, certificateIneq: 2, certificateEq: 1} as const; // prettier-ignore

for (const dense of DENSE) {
  describe(`a batch of quadratic programs, by ${dense.name} kernels`, () => {
    type Job = Parameters<typeof qpBatch.start>[1];

    function jobOf(samples: Sample[], shared: string[] = [], maxIterations = 100): Job {
      const batch = samples.length;
      const inputs = INPUTS.map((name) => [
        name,
        Float32Array.from(
          shared.includes(name) ? samples[0][name] : samples.flatMap((sample) => sample[name]),
        ),
      ]);
      const outputs = Object.entries(OUTPUTS).map(([name, size]) => [name, new Float32Array(batch * size)]);
      const guess = {gx: 2, gIneq: 2, gEq: 1, gSlack: 2};
      const guesses = Object.entries(guess).map(([name, size]) => [name, new Float32Array(batch * size)]);
      const numbers = ['status', 'iterations', 'residual'].map((name) => [name, new Float32Array(batch).fill(-7)]); // prettier-ignore
      return {
        arrays: Object.fromEntries([...inputs, ...outputs, ...guesses, ...numbers]) as Job['arrays'],
        parameters: {
          ...{n: 2, m: 2, k: 1, tolerance: 1e-6, maxIterations, guess: 0},
          ...Object.fromEntries(shared.map((name) => [`shared${name}`, 1])),
        },
      };
    }
    const run = (job: Job, order: Iterable<number>) =>
      dense.scope(() => {
        const solve = qpBatch.start(dense, job);
        for (const sample of order) solve(sample);
        return job.arrays;
      });
    const of = (values: ArrayLike<number>, sample: number, size: number) => Array.from({length: size}, (_, i) => values[sample * size + i]); // prettier-ignore

    for (const order of [[...SAMPLES.keys()], [...SAMPLES.keys()].reverse()]) {
      it(`writes each sample to its own place, and nothing else: ${order.join(' ')}`, () => {
        const arrays = run(jobOf(SAMPLES), order);
        SAMPLES.forEach((sample, i) => {
          assert.equal(arrays.status[i], sample.status, `status of ${i}`);
          for (const [name, size] of Object.entries(OUTPUTS) as [keyof typeof OUTPUTS, number][]) {
            const expected = sample[name] ?? Array<number>(size).fill(0);
            const found = of(arrays[name], i, size);
            const far = expected.map((value) => (value === LARGEST ? 0 : value));
            assert.isAtMost(apart(found.map((value) => (value === LARGEST ? 0 : value)), far), 2e-7, `${name} of ${i}`); // prettier-ignore
            assert.deepEqual(found.map((value) => value === LARGEST), expected.map((value) => value === LARGEST)); // prettier-ignore
          }
          if (sample.status === 0) {
            assert.isTrue(arrays.residual[i] >= 0 && arrays.residual[i] <= 1e-6);
            assert.isTrue(arrays.iterations[i] > 0 && arrays.iterations[i] <= 16);
          } else if (sample.status < 5) assert.isAtLeast(arrays.residual[i], 1e-6);
          else assert.deepEqual([arrays.residual[i], arrays.iterations[i]], [-7, -7]);
        });
      });
    }

    it('reads what all samples share from one place', () => {
      const samples = [1, 2, 3].map((first) => ({...SAMPLES[1], p: [first, 0]}));
      const alone = run(jobOf(samples), [0, 1, 2]);
      const shared = run(jobOf(samples, ['Q', 'G', 'h', 'A', 'b']), [2, 0, 1]);
      for (const name of Object.keys(OUTPUTS) as (keyof typeof OUTPUTS)[]) assert.isAtMost(apart(alone[name], shared[name]), 1e-6); // prettier-ignore
      const one = run(
        jobOf(
          samples.map((sample) => ({...sample, p: [1, 0]})),
          [...INPUTS],
        ),
        [1],
      );
      assert.isAtMost(apart(of(one.x, 1, 2), of(alone.x, 0, 2)), 1e-6);
      assert.deepEqual(of(one.x, 0, 2), [0, 0]);
    });

    it('starts from a guess where there is one', () => {
      const job = jobOf(SAMPLES.slice(0, 2));
      const {arrays, parameters} = job;
      parameters.guess = 1;
      SAMPLES.slice(0, 2).forEach(({x, ineqDual, eqDual, slack}, i) => {
        arrays.gx.set(x!, 2 * i);
        arrays.gIneq.set(ineqDual!.map((value, j) => (slack![j] === 0 ? Math.max(value, 1e-3) : value)), 2 * i); // prettier-ignore
        arrays.gEq.set(eqDual!, i);
        arrays.gSlack.set(slack!, 2 * i);
      });
      run(job, [0, 1]);
      assert.deepEqual([...arrays.iterations], [0, 0]);
      assert.isAtMost(apart(arrays.x, [1, -1, 0, -2]), 2e-7);
      assert.isAtMost(apart(arrays.eqDual, [-1, 0]), 2e-7);
    });

    it('says where the iterations were too few', () => {
      const {status, iterations} = run(jobOf([{...SAMPLES[1]}], [], 0), [0]);
      assert.isTrue(status[0] === 0 || status[0] === 3);
      assert.equal(iterations[0], 0);
    });
  });
}
