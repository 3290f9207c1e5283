/**
 * @file The backends 'webgl' and 'tensorflow' by a stand-in: the cpu backend under their names, whose tensors our kernels
 * reach by `readSync` and `write` alone. It shows that they need nothing else; it does not show how those backends compute.
 */
import {MathBackendCPU} from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {LassoLayer, linalg, solveQP, sparsemax, type QPInput} from '../../../src/index.js';
import {expectClose, expectNoLeak} from '../../helpers/expect.js';

/** Our own kernels; the others are the cpu backend's. */
const OURS = /^Implicit/;
const PUBLIC = ['readSync', 'write'];

/** What each kernel of ours asked its backend for. */
const asked = new Map<string, Set<string | symbol>>();

function onlyReadAndWrite(backend: object, kernelName: string): object {
  const note = (key: string | symbol) => {
    if (!asked.has(kernelName)) asked.set(kernelName, new Set());
    asked.get(kernelName)!.add(key);
  };
  return new Proxy(backend, {
    get(target, key) {
      note(key);
      const member: unknown = PUBLIC.includes(String(key)) ? Reflect.get(target, key) : undefined;
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
    has: (_target, key) => PUBLIC.includes(String(key)),
  });
}

/** @returns What takes the stand-in away again, with every kernel that came with it. */
function standIn(name: string): () => void {
  tf.registerBackend(name, () => new MathBackendCPU());
  const originals = tf.getKernelsForBackend(name).filter(({kernelName}) => OURS.test(kernelName));
  const copies = tf.getKernelsForBackend('cpu').filter(({kernelName}) => !OURS.test(kernelName));
  for (const {kernelName} of originals) tf.unregisterKernel(kernelName, name);
  for (const kernel of copies) tf.registerKernel({...kernel, backendName: name});
  for (const kernel of originals) {
    tf.registerKernel({
      ...kernel,
      kernelFunc: (call) =>
        kernel.kernelFunc({...call, backend: onlyReadAndWrite(call.backend as object, kernel.kernelName)}),
    });
  }
  return () => {
    for (const {kernelName} of [...copies, ...originals]) tf.unregisterKernel(kernelName, name);
    for (const kernel of originals) tf.registerKernel(kernel);
    tf.removeBackend(name);
  };
}

/** Values and gradients, from inputs made on the current backend. */
const WORK: Record<string, () => tf.Tensor[]> = {
  'solveQP with the gradient in every tensor': () => {
    const input = {
      Q: tf.tensor3d([4, 1, 1, 3, 2, 0.5, 0.5, 1], [2, 2, 2]),
      p: tf.tensor2d([-8, -6, 1, -2], [2, 2]),
      G: tf.tensor3d([1, 1, -1, 0, 2, 1, 0, -1], [2, 2, 2]),
      h: tf.tensor2d([1, 0.5, 1, 2], [2, 2]),
      A: tf.tensor3d([1, -1, 1, 2], [2, 1, 2]),
      b: tf.tensor2d([0.3, 0.4], [2, 1]),
    };
    const names = Object.keys(input) as (keyof QPInput)[];
    const solve = (...values: tf.Tensor[]) =>
      solveQP(Object.fromEntries(values.map((value, i) => [names[i], value])) as unknown as QPInput).x;
    const loss = (...values: tf.Tensor[]) => tf.sum(tf.square(solve(...values)));
    return [solve(...Object.values(input)), ...tf.grads(loss)(Object.values(input))];
  },
  'sparsemax with its gradient': () => {
    const x = tf.tensor2d([0.5, 1.2, -0.3, 2, 1.9, 0.1], [2, 3]);
    return [sparsemax(x), tf.grad((x: tf.Tensor) => tf.sum(tf.square(sparsemax(x))))(x)];
  },
  'linalg.solve with the gradient in both tensors': () => {
    const a = tf.tensor3d([2, 1, 1, 3, 0, 1, -1, 0.5], [2, 2, 2]);
    const b = tf.tensor3d([1, 2, 3, 4], [2, 2, 1]);
    const loss = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.square(linalg.solve(a, b)));
    return [linalg.solve(a, b), ...tf.grads(loss)([a, b])];
  },
  'LassoLayer with the gradient in its input': () => {
    const layer = new LassoLayer({units: 3, l1: 0.1, inputShape: [2]});
    const model = tfl.sequential({layers: [layer]});
    layer.setWeights([tf.tensor2d([1, 0.5, -0.2, 0.1, 1, 0.7], [2, 3])]);
    const x = tf.tensor2d([1, -0.5, 0.3, 0.8], [2, 2]);
    const z = (x: tf.Tensor) => model.apply(x) as tf.Tensor;
    const results = [z(x), tf.grad((x: tf.Tensor) => tf.sum(tf.square(z(x))))(x)];
    model.dispose();
    return results;
  },
};

const read = (work: () => tf.Tensor[]) => tf.tidy(() => work().map((tensor) => tensor.dataSync()));

for (const name of ['tensorflow', 'webgl']) {
  describe(`a stand-in for the backend '${name}'`, () => {
    let remove: (() => void) | undefined;

    before(async function () {
      // The real one is there: the other suites run on it.
      if (tf.findBackendFactory(name)) this.skip();
      remove = standIn(name);
      await tf.setBackend('cpu');
    });

    after(async () => {
      await tf.setBackend('cpu');
      if (!remove) return;
      remove();
      assert.isNull(tf.findBackend(name), 'the stand-in is gone');
    });

    for (const [title, work] of Object.entries(WORK)) {
      it(`${title} is what it is on the backend 'cpu'`, async () => {
        const expected = read(work);
        asked.clear();
        await tf.setBackend(name);
        try {
          assert.equal(tf.getBackend(), name);
          let actual: ReturnType<typeof read> = [];
          await expectNoLeak(() => (actual = read(work)));
          assert.equal(actual.length, expected.length);
          actual.forEach((values, i) => expectClose(values, expected[i], 0, 0));
        } finally {
          await tf.setBackend('cpu');
        }
        assert.isNotEmpty([...asked.keys()], 'kernels of ours that ran');
        for (const [kernel, keys] of asked) {
          assert.includeMembers([...PUBLIC, 'then'], [...keys], `what ${kernel} asked its backend for`);
        }
      });
    }
  });
}
