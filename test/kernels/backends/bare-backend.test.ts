/** @file A backend without any kernel of ours: what is then composed of tensor operations is what the kernels compute. */
import {MathBackendCPU} from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {projections} from '../../../src/index.js';
import {hostCanRead, isOnHost, valuesOnHost} from '../../../src/kernels/backends/host-read.js';
import {runEntmaxGradient} from '../../../src/kernels/operations/entmax.js';
import {runOuters} from '../../../src/kernels/operations/outers.js';
import {runSimplex} from '../../../src/kernels/operations/simplex.js';
import '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';

const BARE = 'bare';

/** Of tensors that have not been to a device yet, as that of WebGPU keeps them. */
const uploads = new Map<object, {values?: tf.TypedArray}>();

type Map2 = (x: tf.Tensor2D, scale: tf.Tensor2D) => tf.Tensor;

const MAPS: Record<string, Map2> = {
  'the simplex': (x, scale) => projections.simplex(x, {scale: tf.squeeze(scale, [1])}),
  'the simplex, by its kernel': (x, scale) => runSimplex(x, scale),
  'monotone rows': (x, scale) => tf.mul(projections.isotonic(x), scale),
};

/** Values, and the gradients of a weighted sum of squares. */
function resultsOf(map: Map2): number[][] {
  return tf.tidy(() => {
    const x = tf.tensor2d([0.9, -0.2, 0.4, 0.3, 3, 2.5, -1, 2.75, 0.1, 0.2, 0.05, 0.15], [3, 4]);
    const scale = tf.tensor2d([1, 0.75, 2], [3, 1]);
    const weights = tf.reshape(tf.cos(tf.range(0, 12)), [3, 4]);
    const loss = (x: tf.Tensor, scale: tf.Tensor) =>
      tf.sum(tf.mul(weights, tf.square(map(x as tf.Tensor2D, scale as tf.Tensor2D))));
    const gradients = tf.grads(loss)([x, scale]);
    return [map(x, scale), ...gradients].map((tensor) => Array.from(tensor.dataSync())) as never;
  }) as unknown as number[][];
}

describe('a backend without kernels of ours', () => {
  before(async () => {
    tf.registerBackend(BARE, () => Object.assign(new MathBackendCPU(), {tensorMap: uploads}));
    for (const kernel of tf.getKernelsForBackend('cpu')) {
      if (!/^(Implicit|CertifyQP)/.test(kernel.kernelName)) tf.registerKernel({...kernel, backendName: BARE});
    }
    await tf.setBackend(BARE);
  });

  after(async () => {
    await tf.setBackend('cpu');
    for (const {kernelName} of tf.getKernelsForBackend(BARE)) tf.unregisterKernel(kernelName, BARE);
    tf.removeBackend(BARE);
  });

  for (const [name, map] of Object.entries(MAPS)) {
    it(`projects onto ${name} as the kernel does, with its gradients`, async () => {
      await tf.setBackend('cpu');
      const expected = resultsOf(map);
      await tf.setBackend(BARE);
      await expectNoLeak(() =>
        resultsOf(map).forEach((values, i) => expectClose(values, expected[i], 2e-6, 1e-6)),
      );
    });
  }

  it('takes −∞ out of a simplex, and has no answer where a number is none', async () => {
    const rows = [[1, -Infinity, 0.5, 0.25], [-Infinity, -Infinity, -Infinity, -Infinity], [NaN, 1, 2, 3], [Infinity, 1, 2, 3], [-Infinity, 7, 6.5, 7]]; // prettier-ignore
    const run = () => {
      const x = tf.tensor2d(rows);
      const scale = tf.fill<tf.Rank.R2>([5, 1], 2);
      const dx = tf.grad((x: tf.Tensor) => tf.sum(tf.square(tf.slice(runSimplex(x as tf.Tensor2D, scale), [0, 0], [2, 4]))))(x); // prettier-ignore
      return [Array.from(runSimplex(x, scale).dataSync()), Array.from(dx.dataSync()).slice(0, 8)];
    };
    await tf.setBackend('cpu');
    const [y, dx] = tf.tidy(run as never) as unknown as number[][];
    await tf.setBackend(BARE);
    await expectNoLeak(() => {
      const [found, gradient] = tf.tidy(run as never) as unknown as number[][];
      found.forEach((value, i) => {
        if (Number.isNaN(y[i])) assert.isNaN(value, `entry ${i}`);
        else assert.approximately(value, y[i], 1e-6, `entry ${i}`);
      });
      expectClose(gradient, dx, 1e-6);
    });
  });

  it('has no sums of outer products, which the host computes in one', async () => {
    const pairs = (count: number) =>
      Array.from({length: count}, (_, k): [tf.Tensor, tf.Tensor] => [
        tf.tensor2d([1, 2, 3, 4], [2, 2]),
        tf.tensor2d([k, 1, 2, 3, 4, 5], [2, 3]),
      ]);
    await expectNoLeak(() => tf.tidy(() => assert.isNull(runOuters(pairs(1)))));
    await tf.setBackend('cpu');
    await expectNoLeak(() =>
      tf.tidy(() => {
        expectClose(runOuters(pairs(1))!, [0, 1, 2, 0, 2, 4, 9, 12, 15, 12, 16, 20]);
        expectClose(runOuters(pairs(2))!, [1, 2, 4, 2, 4, 8, 18, 24, 30, 24, 32, 40]);
        assert.isNull(runOuters(pairs(3)));
      }),
    );
    await tf.setBackend(BARE);
  });

  it('has no gradient of entmax, which the host has', async () => {
    const gradient = () =>
      runEntmaxGradient('entmax', tf.tensor2d([[1, 0.5]]), tf.ones([1, 1]), tf.tensor2d([[1, 0]]));
    await expectNoLeak(() => tf.tidy(() => assert.isNull(gradient())));
    await tf.setBackend('cpu');
    // Sparsemax of a support of two: each entry less the mean.
    await expectNoLeak(() => tf.tidy(() => expectClose(gradient()![0], [0.5, -0.5])));
    await tf.setBackend(BARE);
  });

  it('says that it has no entmax', () =>
    expectNoLeak(() =>
      tf.tidy(() =>
        assert.match(
          messageOf(() => projections.entmax(tf.ones([1, 2]))),
          /^projections.entmax has no kernel for the backend 'bare'/,
        ),
      ),
    ));

  it('lets the host read what has not been uploaded, and nothing else', () =>
    tf.tidy(() => {
      const [here, there, unknown] = [tf.ones([2]), tf.ones([2]), tf.ones([2])];
      const values = Float32Array.of(3, 4);
      uploads.set(here.dataId, {values});
      uploads.set(there.dataId, {});
      assert.isFalse(hostCanRead());
      assert.deepEqual([here, there, unknown].map(isOnHost), [true, false, false]);
      assert.strictEqual(valuesOnHost(here), values);
      assert.isNull(valuesOnHost(there));
      assert.isNull(valuesOnHost(unknown));
      uploads.clear();
    }));

  it('lets the host read nothing where the backend has no list of tensors', () =>
    tf.tidy(() => {
      const backend = tf.backend() as {tensorMap?: unknown};
      backend.tensorMap = undefined;
      try {
        assert.isFalse(isOnHost(tf.ones([2])));
      } finally {
        backend.tensorMap = uploads;
      }
    }));
});
