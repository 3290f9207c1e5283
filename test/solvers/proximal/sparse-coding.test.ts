/** @file Sparse codes against their optimality conditions, and their gradients against closed forms on the support. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as fc from 'fast-check';
import {ProximalGradient, SparseCoding} from '../../../src/solvers/index.js';
import {elasticNet} from '../../../src/prox/index.js';
import {linsolve} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';
import {seededRandom} from '../../zoo/linear-systems.js';

interface Setup {
  width: number;
  units: number;
  batch: number;
  l1: number;
  l2: number;
  nonNegative: boolean;
  seed: number;
}

const setup = fc.record({
  width: fc.integer({min: 1, max: 12}),
  units: fc.integer({min: 1, max: 17}),
  batch: fc.integer({min: 1, max: 4}),
  l1: fc.double({min: 0.01, max: 1, noNaN: true}),
  l2: fc.constantFrom(0, 0.1, 1),
  nonNegative: fc.boolean(),
  seed: fc.nat(),
});

function draw({width, units, batch, seed}: Setup) {
  const random = seededRandom(seed);
  const numbers = (count: number) => Float32Array.from({length: count}, () => 2 * random() - 1);
  return {
    D: tf.tensor2d(numbers(width * units), [width, units]),
    x: tf.tensor2d(numbers(batch * width), [batch, width]),
  };
}

const solve = ({l1, l2, nonNegative}: Setup, D: tf.Tensor, x: tf.Tensor) =>
  new SparseCoding({nonNegative}).run(tf.zeros([x.shape[0], D.shape[1]!]), {l1, l2}, D, x);

describeBackends('sparse coding', () => {
  it('satisfies the optimality conditions of the elastic net', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(setup, (given) =>
          tf.tidy(() => {
            const {D, x} = draw(given);
            const {x: z, state} = solve(given, D, x);
            assert.deepEqual(Array.from(state.status.dataSync()), Array(given.batch).fill(0));
            const {l1, l2, nonNegative, units, width, batch} = given;
            const [d, data, code] = [D, x, z].map((tensor) => Float64Array.from(tensor.dataSync()));
            for (let s = 0; s < batch; s++) {
              const rest = Array.from({length: width}, (_, i) => {
                let sum = data[s * width + i];
                for (let j = 0; j < units; j++) sum -= d[i * units + j] * code[s * units + j];
                return sum;
              });
              for (let j = 0; j < units; j++) {
                const value = code[s * units + j];
                let pull = -l2 * value;
                for (let i = 0; i < width; i++) pull += d[i * units + j] * rest[i];
                const bound = 5e-7 * (1 + units);
                if (value !== 0) expectClose([pull], [l1 * Math.sign(value)], 0, bound);
                else assert.isAtMost(nonNegative ? pull : Math.abs(pull), l1 + bound);
                if (nonNegative) assert.isAtLeast(value, 0);
              }
            }
          }),
        ),
      ),
    ));

  it('has the gradients of the proximal-gradient method', () =>
    expectNoLeak(() =>
      fc.assert(
        fc.property(setup, (given) =>
          tf.tidy(() => {
            const {D, x} = draw(given);
            const {l1, nonNegative, units, batch} = given;
            // Strictly convex: dependent atoms have no gradient to compare.
            const l2 = given.l2 + 0.5;
            const weights = tf.randomNormal([batch, units], 0, 1, 'float32', given.seed);
            const init = tf.zeros([batch, units]);
            const reference = new ProximalGradient<
              tf.Tensor,
              {l1: number; l2: number},
              [tf.Tensor, tf.Tensor]
            >(
              {
                fun: {
                  gradient: (z, D, x) =>
                    tf.matMul(
                      tf.sub(tf.matMul(z as tf.Tensor2D, D as tf.Tensor2D, false, true), x) as tf.Tensor2D,
                      D as tf.Tensor2D,
                    ),
                },
                prox: (y, params, scaling) => elasticNet(nonNegative ? tf.relu(y) : y, params, scaling),
              },
              {
                stepSize: 1 / (given.width * units),
                maxIterations: 20000,
                tolerance: 1e-9,
                linsolve: linsolve.lu(),
              },
            );
            const ours = new SparseCoding({nonNegative});
            const loss = (run: (D: tf.Tensor, x: tf.Tensor) => tf.Tensor) => (D: tf.Tensor, x: tf.Tensor) =>
              tf.sum(tf.mul(weights, run(D, x)));
            const [expected, actual] = [reference, ours].map((solver) =>
              tf.grads(loss((D, x) => solver.run(init, {l1, l2}, D, x).x))([D, x]),
            );
            expected.forEach((tensor, i) => expectClose(actual[i].dataSync(), tensor.dataSync(), 1e-4, 1e-5));
          }),
        ),
        {numRuns: 15},
      ),
    ));

  it('differentiates on the support as the closed form does, with linsolve.support and with linsolve.lu alike', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // D = I: z = soft(x, l1) / (1 + l2), so dz/dx = 1/(1 + l2) where |x| > l1.
        const x = tf.tensor2d([[2, -0.05, -1.5, 0.3]]);
        for (const options of [{}, {linsolve: linsolve.lu()}]) {
          const solver = new SparseCoding(options);
          const code = (x: tf.Tensor) => solver.run(tf.zeros([1, 4]), {l1: 0.1, l2: 0.25}, tf.eye(4), x).x;
          expectClose(code(x).dataSync(), [1.9 / 1.25, 0, -1.4 / 1.25, 0.2 / 1.25], 1e-6);
          const slope = tf.grad((x: tf.Tensor) => tf.sum(code(x)))(x);
          expectClose(slope.dataSync(), [0.8, 0, 0.8, 0.8], 1e-6);
          const penalty = tf.grad((l1: tf.Tensor) =>
            tf.sum(solver.run(tf.zeros([1, 4]), {l1, l2: 0.25}, tf.eye(4), x).x),
          )(tf.tensor1d([0.1]));
          expectClose(penalty.dataSync(), [-0.8 + 0.8 - 0.8], 1e-6);
        }
      }),
    ));

  it('takes equal atoms, atoms of zeros, and an l1 for each unit', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const D = tf.tensor2d([
          [1, 1, 0, 0],
          [0, 0, 1, 0],
        ]);
        const x = tf.tensor2d([[1, 1]]);
        const l1 = tf.tensor1d([0.1, 0.1, 0.4, 0.1]);
        const {x: z, state} = new SparseCoding().run(tf.zeros([1, 4]), {l1, l2: 0}, D, x);
        assert.equal(state.status.dataSync()[0], 0);
        const [a, b, c, d] = z.dataSync();
        expectClose([a + b, c, d], [0.9, 0.6, 0], 1e-6);
      }),
    ));

  it('solves for atoms of any norm, as f64 does: scaling one with its l1 scales its code', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {x: z, state} = new SparseCoding().run(
          tf.zeros([1, 2]),
          {l1: 0.1, l2: 0},
          tf.tensor2d([
            [0.3, 5000],
            [0.3, 2000],
          ]),
          tf.tensor2d([[87, 36]]),
        );
        assert.equal(state.status.dataSync()[0], 0);
        const [a, b] = z.dataSync();
        // Both atoms carry: Dᵀ(x − Dz) = l1 sign z, solved in closed form for two equations.
        const [g11, g12, g22] = [0.18, 0.3 * 7000, 29e6];
        const [c1, c2] = [0.3 * 123 - 0.1, 87 * 5000 + 36 * 2000 - 0.1];
        const det = g11 * g22 - g12 * g12;
        expectClose([a], [(c1 * g22 - c2 * g12) / det], 1e-5);
        expectClose([b], [(g11 * c2 - g12 * c1) / det], 1e-5);
        fc.assert(
          fc.property(fc.integer({min: -6, max: 6}), fc.nat(), (power, seed) =>
            tf.tidy(() => {
              const {D, x} = draw({width: 6, units: 4, batch: 2, l1: 0.1, l2: 0, nonNegative: false, seed});
              const factors = tf.tensor1d([1, 10 ** power, 1, 10 ** -power]);
              const codes = (scaled: tf.Tensor) =>
                new SparseCoding().run(
                  tf.zeros([2, 4]),
                  {l1: tf.mul(0.1, scaled), l2: 0},
                  tf.mul(D, scaled),
                  x,
                );
              const [plain, changed] = [codes(tf.ones([4])), codes(factors)];
              expectClose(changed.state.status, [0, 0]);
              expectClose(tf.mul(changed.x, factors), plain.x, 1e-5, 1e-6);
            }),
          ),
          {numRuns: 12, seed: 3},
        );
      }),
    ));

  it('gives a sample that is not finite a status and zeros, and the others their codes', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor2d([
          [1, 0],
          [NaN, 0],
        ]);
        const {x: z, state} = new SparseCoding().run(tf.zeros([2, 2]), {l1: 0.1, l2: 0}, tf.eye(2), x);
        assert.deepEqual(Array.from(state.status.dataSync()), [0, 4]);
        expectClose(z.dataSync(), [0.9, 0, 0, 0], 1e-6);
      }),
    ));
});
