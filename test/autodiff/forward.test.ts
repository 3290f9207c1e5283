/** @file Forward mode: tangents beside the operations, in the memory that the function itself needs. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile, customRoot, enableHigherOrderGradients, jvp, vjp} from '../../src/index.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {withoutGradient} from '../helpers/no-gradient.js';
import {peakBytes} from '../helpers/peak-bytes.js';
import {DIFFERENTIABLE, WITHOUT_ROUTINE} from '../zoo/differentiable.js';

type F = (...xs: tf.Tensor[]) => tf.Tensor;

/** u ↦ uᵀJ is linear, so its own product with v is Jv. */
const byTwoGradients = (f: F, xs: tf.Tensor[], v: tf.Tensor[]) => {
  const u = tf.zeros(f(...xs).shape);
  return vjp((w: tf.Tensor) => vjp(f, xs, w), [u], v)[0];
};

/** tfjs differentiates these only once. */
const ONCE = ['conv2d', 'depthwiseConv2d', 'avgPool', 'resizeBilinear'];

/** x ← x + 0.1 sin(Ax) ∘ tanh(x), in a loop that frees its tensors. */
const loop =
  (A: tf.Tensor, steps: number) =>
  (start: tf.Tensor): tf.Tensor => {
    let x = tf.add(start, 0);
    for (let k = 0; k < steps; k++) {
      const next = tf.tidy(() =>
        tf.add(x, tf.mul(0.1, tf.mul(tf.sin(tf.matMul(x as tf.Tensor2D, A as tf.Tensor2D)), tf.tanh(x)))),
      );
      x.dispose();
      x = next;
    }
    return x;
  };

describeBackends('forward mode of all operations', () => {
  before(() => enableHigherOrderGradients());

  for (const [name, {f, draw}] of Object.entries({...DIFFERENTIABLE, ...WITHOUT_ROUTINE})) {
    if (name === 'maxPool') continue;
    it(`${name}: as two gradients one of the other`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          draw().forEach((xs, k) => {
            const v = xs.map(({shape}, i) => tf.randomNormal(shape, 0, 1, 'float32', 100 + 10 * k + i));
            const along = jvp(f, xs, v);
            if (ONCE.includes(name)) {
              // The gradient has a kernel without a gradient, so only ⟨u, Jv⟩ = ⟨Jᵀu, v⟩ is left.
              const u = tf.randomNormal(along.shape, 0, 1, 'float32', 90);
              const pulled = vjp(f, xs, u).map((g, i) => tf.sum(tf.mul(g, v[i])));
              expectClose(tf.sum(tf.mul(u, along)), tf.addN(pulled), 1e-5, 1e-5);
              return;
            }
            const expected = byTwoGradients(f, xs, v);
            const size = Math.max(1, ...tf.abs(expected).dataSync());
            expectClose(tf.div(along, size), tf.div(expected, size), 2e-6);
          });
        }),
      ));
  }
});

describeBackends('forward mode in constant memory', (backend) => {
  const A = () => tf.randomNormal([40, 40], 0, 0.2, 'float32', 1);
  const start = () => tf.randomNormal([30, 40], 0, 1, 'float32', 2);
  const along = () => tf.randomNormal([30, 40], 0, 1, 'float32', 3);

  // How long the loop is, is no matter of the backend.
  const lengths = backend === 'cpu' ? [10, 100, 1000] : [10, 100];
  it(`needs the same memory for ${lengths.join(', ')} steps, at most three times that of the loop`, () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [matrix, x, v] = [A(), start(), along()];
        const peaks = lengths.map((steps) => peakBytes(() => jvp(loop(matrix, steps), [x], [v])));
        assert.equal(new Set(peaks).size, 1, `peaks of ${peaks.join(', ')} bytes`);
        assert.isAtMost(peaks[0], 3 * peakBytes(() => loop(matrix, 10)(x)));
      }),
    ));

  it('also for a loop with a gradient in each step', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const energy = (y: tf.Tensor) => tf.sum(tf.mul(tf.sin(y), tf.square(y)));
        const [x, v] = [start(), along()];
        const one = tf.scalar(1);
        for (const slope of [tf.grad(energy), (y: tf.Tensor) => vjp(energy, [y], one)[0]]) {
          const descent = (steps: number) => (from: tf.Tensor) => {
            let y = tf.add(from, 0);
            for (let k = 0; k < steps; k++) {
              const next = tf.tidy(() => tf.sub(y, tf.mul(0.01, slope(y))));
              y.dispose();
              y = next;
            }
            return y;
          };
          const peaks = [5, 50].map((steps) => peakBytes(() => jvp(descent(steps), [x], [v])));
          assert.equal(peaks[1], peaks[0]);
          expectClose(jvp(descent(5), [x], [v]), byTwoGradients(descent(5) as F, [x], [v]), 1e-5);
        }
      }),
    ));

  it('is what two gradients give', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [matrix, x, v] = [A(), start(), along()];
        const f = loop(matrix, 12);
        expectClose(jvp(f, [x], [v]), byTwoGradients(f as F, [x], [v]), 1e-5);
      }),
    ));

  it('frees the tangents of a function that throws', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = start();
        const f = (y: tf.Tensor): tf.Tensor => {
          const z = tf.mul(tf.exp(y), y);
          throw new Error(`stop at ${z.shape.join()}`);
        };
        assert.equal(
          messageOf(() => jvp(f, [x], [x])),
          'stop at 30,40',
        );
      }),
    ));
});

describeBackends('forward mode', () => {
  before(() => enableHigherOrderGradients());
  const cube = (x: tf.Tensor) => tf.mul(x, tf.square(x));

  it('in forward mode, in reverse mode, and around it', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const [x, v] = [tf.tensor1d([0.5, -2]), tf.tensor1d([1, 3])];
        const slope = (y: tf.Tensor) => jvp(cube, [y], [v]);
        // 3x²v, 6xv², 6v³.
        expectClose(jvp(slope, [x], [v]), [6 * 0.5, 6 * -2 * 9]);
        expectClose(
          jvp((y: tf.Tensor) => jvp(slope, [y], [v]), [x], [v]),
          [6, 6 * 27],
        );
        expectClose(vjp(slope, [x], v)[0], [6 * 0.5, 6 * -2 * 9]);
        expectClose(
          jvp((y: tf.Tensor) => vjp(cube, [y], v)[0], [x], [v]),
          [6 * 0.5, 6 * -2 * 9],
        );
        const total = (y: tf.Tensor) => tf.sum(cube(y));
        expectClose(
          jvp((y: tf.Tensor) => tf.grad(total)(y), [x], [v]),
          [6 * 0.5, 6 * -2 * 3],
        );
        expectClose(tf.grad((y) => tf.sum(slope(y)))(x), [6 * 0.5, 6 * -2 * 3]);
      }),
    ));

  it('says that a maximum over windows has no second derivative in tfjs, which its tangent would need', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {f, draw} = DIFFERENTIABLE.maxPool;
        const [xs] = draw();
        assert.match(
          messageOf(() => jvp(f, xs, xs)),
          /'MaxPoolGrad' has no gradient/,
        );
      }),
    ));

  it('reads what is saved: exp, softmax and tanh in a gradient', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const f = (y: tf.Tensor) => tf.sum(tf.mul(tf.exp(tf.tanh(y)), tf.softmax(y)));
        const [x, v] = [tf.tensor1d([0.3, -0.4, 1]), tf.tensor1d([1, -2, 0.5])];
        const slope = (y: tf.Tensor) => vjp(f, [y], tf.scalar(1))[0];
        const expected = byTwoGradients(slope as F, [x], [v]);
        expectClose(jvp(slope, [x], [v]), expected, 1e-5);
        expectClose(
          jvp((y: tf.Tensor) => tf.grad(f)(y), [x], [v]),
          expected,
          1e-5,
        );
      }),
    ));

  it('respects gradients that the user defines', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // The identity, with a gradient of its own.
        const straight = tf.customGrad((...args) => ({
          value: tf.round(args[0] as tf.Tensor),
          gradFunc: (dy: tf.Tensor) => tf.mul(5, dy),
        })) as (x: tf.Tensor) => tf.Tensor;
        const [x, v] = [tf.tensor1d([0.6, 2.2]), tf.tensor1d([1, 10])];
        expectClose(
          jvp((y: tf.Tensor) => tf.square(straight(y)), [x], [v]),
          [2 * 5, 4 * 50],
        );
      }),
    ));

  it('asks for the gradient of an operation only where a result depends on it', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([1, 2]);
        const f = (y: tf.Tensor) => {
          withoutGradient(y);
          return tf.square(y);
        };
        expectClose(jvp(f, [x], [x]), [2, 8]);
      }),
    ));

  it('of a root that a solver finds inside', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const root = customRoot((x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.square(x), t))((_init, t) =>
          tf.sqrt(t),
        );
        const t = tf.tensor2d([[4]]);
        expectClose(
          jvp((at: tf.Tensor) => root(null, at) as tf.Tensor, [t], [tf.ones([1, 1])]),
          [0.25],
          1e-6,
        );
      }),
    ));

  it('of one tensor in two places, of a result that is an argument, and of arguments that one function frees', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const x = tf.tensor1d([2]);
        const both = (a: tf.Tensor, b: tf.Tensor) => ({product: tf.mul(a, b), same: a});
        const {product, same} = jvp(both, [x, x], [tf.tensor1d([1]), tf.tensor1d([10])]);
        expectClose(product, [22]);
        expectClose(same, [1]);
      }),
    ));
});

describeBackends('forward mode as a program', () => {
  it('is the closed form in double precision', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([0.3, 1.25]);
      // The logistic map, thirty times: its derivative is the product of r(1 − 2x).
      const steps = 30;
      const map = (y: tf.Tensor) => {
        for (let k = 0; k < steps; k++) y = tf.mul(tf.mul(1.5, y), tf.sub(1, y));
        return y;
      };
      const both = compile(
        (y: tf.Tensor, v: tf.Tensor) => ({value: map(y), slope: jvp(map, [y], [v])}),
        [x, x],
      );
      const at = [0.3, 0.45];
      const {value, slope} = both(at, [1, -2]);
      at.forEach((start, i) => {
        let [y, dy] = [start, [1, -2][i]];
        for (let k = 0; k < steps; k++) [y, dy] = [1.5 * y * (1 - y), 1.5 * (1 - 2 * y) * dy];
        assert.closeTo(value[i], y, 1e-15);
        assert.closeTo(slope[i] / dy, 1, 1e-9);
      });
      x.dispose();
    }));

  it('is that of exp, log, sin, tanh, powers and quotients to 1e-9', () =>
    expectNoLeak(() => {
      const x = tf.tensor1d([0.7]);
      const forms: [(y: tf.Tensor) => tf.Tensor, (y: number) => number][] = [
        [(y) => tf.exp(tf.sin(y)), (y) => Math.exp(Math.sin(y)) * Math.cos(y)],
        [(y) => tf.div(tf.log(y), y), (y) => (1 - Math.log(y)) / y ** 2],
        [(y) => tf.mul(tf.tanh(y), tf.square(y)), (y) => y ** 2 / Math.cosh(y) ** 2 + 2 * y * Math.tanh(y)],
        [(y) => tf.pow(y, 3), (y) => 3 * y ** 2],
        [(y) => tf.sqrt(tf.add(1, tf.square(y))), (y) => y / Math.sqrt(1 + y * y)],
        [(y) => tf.squaredDifference(tf.sigmoid(y), y), sigmoidForm],
      ];
      for (const [f, slope] of forms) {
        const push = compile((y: tf.Tensor, v: tf.Tensor) => jvp(f, [y], [v]), [x, x]);
        for (const at of [0.7, 1.3, 2.1]) assert.closeTo(push([at], [2])[0], 2 * slope(at), 1e-9);
      }
      x.dispose();
    }));
});

function sigmoidForm(y: number): number {
  const s = 1 / (1 + Math.exp(-y));
  return 2 * (s - y) * (s * (1 - s) - 1);
}
