/** @file PolyakSGD and ArmijoSGD over batches of data, and on all of it with the implicit gradient. */
import * as tf from '@tensorflow/tfjs-core';
import * as data from '@tensorflow/tfjs-data';
import {assert} from 'chai';
import {enableHigherOrderGradients, solvers, vjp} from '../../../src/index.js';
import {describeAnyBackend} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {seededRandom, solveExactly} from '../../zoo/linear-systems.js';

type Data = {points: tf.Tensor; targets: tf.Tensor};
type Options = solvers.StochasticOptions<tf.Tensor, Data, [tf.Tensor]>;

const TRUTH = [1, -2, 0.5];
const random = seededRandom(13);
const POINTS = Array.from({length: 24}, () => TRUTH.map(() => Math.fround(2 * random() - 1)));
const dot = (a: number[], b: number[]) => a.reduce((total, value, i) => total + value * b[i], 0);
/** Targets that a linear model fits. */
const FITTED = POINTS.map((point) => dot(point, TRUTH));
const NOISY = FITTED.map((value) => Math.fround(value + 0.3 * random()));

/** ½ mean (pᵀx − t)² + ½θ‖x‖². */
const loss = (x: tf.Tensor, {points, targets}: Data, theta: tf.Tensor) => {
  const r = tf.sub(tf.squeeze(tf.matMul(points as tf.Tensor2D, tf.expandDims(x, 1)), [1]), targets);
  return tf.mul(0.5, tf.add(tf.mean(tf.square(r)), tf.mul(theta, tf.sum(tf.square(x)))));
};

const dataOf = (from: number, to: number, targets = FITTED): Data => ({
  points: tf.tensor2d(POINTS.slice(from, to)),
  targets: tf.tensor1d(targets.slice(from, to)),
});

function* passes(count: number): Generator<Data> {
  for (let pass = 0; pass < count; pass++) for (let i = 0; i < POINTS.length; i += 6) yield dataOf(i, i + 6);
}

async function* passesAsync(count: number): AsyncGenerator<Data> {
  for (const data of passes(count)) {
    await Promise.resolve();
    yield data;
  }
}

const METHODS = {
  PolyakSGD: (options: Options = {}, fun = loss) =>
    new solvers.PolyakSGD<tf.Tensor, Data, [tf.Tensor]>({fun}, {maxStepSize: 10, ...options}),
  ArmijoSGD: (options: Options = {}, fun = loss) =>
    new solvers.ArmijoSGD<tf.Tensor, Data, [tf.Tensor]>({fun}, {maxStepSize: 10, ...options}),
};

/** The ridge regression on all noisy data, in f64. */
function ridgeInF64(theta: number): number[] {
  const gram = TRUTH.flatMap((_, i) =>
    TRUTH.map((__, j) => POINTS.reduce((s, p) => s + (p[i] * p[j]) / POINTS.length, i === j ? theta : 0)),
  );
  return solveExactly(
    gram,
    TRUTH.map((_, i) => POINTS.reduce((s, p, k) => s + (p[i] * NOISY[k]) / POINTS.length, 0)),
  );
}

describeAnyBackend('stochastic solvers', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, make] of Object.entries(METHODS)) {
    for (const momentum of [0, 0.5]) {
      for (const [kind, data] of [
        ['sync', passes],
        ['async', passesAsync],
      ] as const) {
        it(`${name} reaches the model that fits each batch (${kind}, momentum ${momentum}), and disposes the batches`, () =>
          expectNoLeak(async () => {
            const init = tf.zeros([3]);
            const theta: tf.Tensor = tf.scalar(0);
            const solver = make({momentum, maxIterations: 1000});
            const {x, memory, status, iterations, residual} = await solver.runIterator(init, data(40), theta);
            expectClose(x, TRUTH, 1e-6);
            expectClose(iterations, [160]);
            tf.dispose([init, theta, x, memory as tf.TensorContainer, status, iterations, residual]);
          }));
      }
    }

    it(`${name} stops after maxIterations, and leaves the rest of the data alone`, () =>
      expectNoLeak(async () => {
        let taken = 0;
        let closed = false;
        function* counted() {
          try {
            for (const data of passes(10)) {
              taken++;
              yield data;
            }
          } finally {
            closed = true;
          }
        }
        const [init, theta]: tf.Tensor[] = [tf.zeros([3]), tf.scalar(0)];
        const progress = await make({maxIterations: 7}).runIterator(init, counted(), theta);
        assert.equal(taken, 7);
        assert.isTrue(closed);
        expectClose(progress.iterations, [7]);
        tf.dispose([init, theta, progress as unknown as tf.TensorContainer]);
      }));

    it(`${name} on all of the data is differentiable in the data and the parameters`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const solver =
            name === 'PolyakSGD'
              ? // The least value of this loss is not zero: shorter steps of a fixed size go all the way.
                make({maxIterations: 2000, maxStepSize: 1})
              : make({maxIterations: 2000});
          const {points, targets} = dataOf(0, POINTS.length, NOISY);
          const run = (p: tf.Tensor, t: tf.Tensor, theta: tf.Tensor) =>
            solver.run(tf.zeros([3]), {points: p, targets: t}, theta);
          const at = [points, targets, tf.scalar(0.1)] as [tf.Tensor, tf.Tensor, tf.Tensor];
          const {x, state} = run(...at);
          expectClose(state.status, [0]);
          const solution = ridgeInF64(0.1);
          expectClose(x, solution, 0, 1e-5);
          const d = [1, -2, 3];
          const [, ofTargets, ofTheta] = vjp((...given: typeof at) => run(...given).x, at, tf.tensor1d(d));
          const h = 1e-4;
          const [up, down] = [ridgeInF64(0.1 + h), ridgeInF64(0.1 - h)];
          expectClose(ofTheta, (dot(d, up) - dot(d, down)) / (2 * h), 2e-5);
          // ∂x/∂t = G⁻¹Pᵀ/m.
          const gram = TRUTH.flatMap((_, i) =>
            TRUTH.map((__, j) => POINTS.reduce((s, p) => s + (p[i] * p[j]) / 24, i === j ? 0.1 : 0)),
          );
          const u = solveExactly(gram, d);
          expectClose(
            ofTargets,
            POINTS.map((p) => dot(p, u) / 24),
            2e-5,
          );
        }),
      ));

    it(`${name} goes on after a batch that is solved by chance`, () =>
      expectNoLeak(async () => {
        const [init, theta]: tf.Tensor[] = [tf.tensor1d(TRUTH), tf.scalar(0)];
        const shifted = FITTED.map((value) => value + 1);
        const batches = [dataOf(0, 6), dataOf(6, 12, shifted), dataOf(6, 12, shifted)];
        const progress = await make().runIterator(init, batches, theta);
        // An array's tensors are the caller's.
        expectClose(batches[0].targets, FITTED.slice(0, 6));
        tf.dispose(batches as unknown as tf.TensorContainer);
        expectClose(progress.iterations, [3]);
        assert.isAbove(progress.residual.dataSync()[0], 1e-3);
        assert.notDeepEqual(Array.from(progress.x.dataSync()), TRUTH);
        tf.dispose([init, theta, progress as unknown as tf.TensorContainer]);
      }));

    it(`${name} takes a dataset of tf.data, and leaves tensors that a generator only hands on`, () =>
      expectNoLeak(async () => {
        const [init, theta]: tf.Tensor[] = [tf.zeros([3]), tf.scalar(0)];
        const items = POINTS.map((points, i) => ({points, targets: FITTED[i]}));
        const dataset = data.array(items).batch(6).repeat(10) as unknown as solvers.BatchDataset<Data>;
        const first = await make().runIterator(init, dataset, theta);
        expectClose(first.iterations, [40]);
        const held = [dataOf(0, 6), dataOf(6, 12)];
        function* again() {
          for (let k = 0; k < 3; k++) yield* held;
        }
        const second = await make().runIterator(init, again(), theta);
        expectClose(second.iterations, [6]);
        expectClose(held[1].targets, FITTED.slice(6, 12));
        tf.dispose([init, theta, held, first, second] as unknown as tf.TensorContainer);
      }));

    it(`${name} leaves nothing behind when the data end before they begin, or the loss throws`, () =>
      expectNoLeak(async () => {
        const [init, theta]: tf.Tensor[] = [tf.zeros([3]), tf.scalar(0)];
        const message = async (promise: Promise<unknown>) =>
          promise.then(
            () => assert.fail('nothing was thrown'),
            (error: Error) => error.message,
          );
        assert.equal(
          await message(make().runIterator(init, [], theta)),
          `${name}: the data contain no batch.`,
        );
        for (const calls of [1, 2, 5, 9]) {
          let count = 0;
          const failing: typeof loss = (...args) => {
            const value = loss(...args);
            if (++count === calls) throw new Error('user error');
            return value;
          };
          assert.equal(await message(make({}, failing).runIterator(init, passes(3), theta)), 'user error');
        }
        tf.dispose([init, theta]);
      }));

    it(`${name} refuses options out of range and a loss that is no scalar`, () =>
      expectNoLeak(() => {
        for (const momentum of [-0.1, 1, NaN]) {
          assert.match(
            messageOf(() => make({momentum})),
            new RegExp(`^${name}: momentum must lie in \\[0, 1\\)`),
          );
        }
        for (const maxStepSize of [0, -1, NaN]) {
          assert.match(
            messageOf(() => make({maxStepSize})),
            new RegExp(`^${name}: maxStepSize must be positive`),
          );
        }
        const vector = (x: tf.Tensor) => tf.square(x);
        tf.tidy(() => {
          assert.match(
            messageOf(() => make({}, vector).run(tf.ones([3]), dataOf(0, 2), tf.scalar(0))),
            new RegExp(`^${name}: the loss must be a scalar, got shape \\[3\\]`),
          );
        });
      }));
  }

  it('PolyakSGD and ArmijoSGD refuse their own options out of range', () => {
    const fun = loss as never;
    assert.match(
      messageOf(() => new solvers.PolyakSGD({fun}, {delta: -1})),
      /^PolyakSGD: delta must not be/,
    );
    for (const options of [{sufficientDecrease: 0}, {sufficientDecrease: 1}, {decreaseFactor: 1}]) {
      assert.match(
        messageOf(() => new solvers.ArmijoSGD({fun}, options)),
        /^ArmijoSGD: sufficientDecrease and/,
      );
    }
    assert.match(
      messageOf(() => new solvers.ArmijoSGD({fun}, {increaseFactor: 0.9})),
      /^ArmijoSGD: increaseFactor must be at least 1/,
    );
  });

  it('PolyakSGD takes the least loss and the damping into account', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // f = ½(x − 1)² + 3 has f − 3 = ½g²: a step of ½, or of ½g²/(g² + δ).
        const fun = (x: tf.Tensor, c: tf.Tensor) => tf.add(tf.mul(0.5, tf.sum(tf.square(tf.sub(x, c)))), 3);
        const step = (options: object) => {
          const solver = new solvers.PolyakSGD<tf.Tensor, tf.Tensor, []>({fun}, options);
          const c: tf.Tensor = tf.tensor1d([1]);
          return solver.update(solver.start(tf.tensor1d([3]), c), c).x;
        };
        expectClose(step({minimum: 3}), [2], 1e-6);
        expectClose(step({minimum: 3, delta: 4}), [3 - 0.25 * 2], 1e-6);
        expectClose(step({}), [1], 1e-6);
        expectClose(step({maxStepSize: 0.1}), [2.8], 1e-6);
      }),
    ));
});
