/**
 * @file A backend that computes like 'cpu' and whose tensors nobody may read synchronously, as those of WebGPU: what solvers do
 * where the host cannot see how far they are can be tested with it on any machine.
 */
import {MathBackendCPU} from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {solveExactly} from '../zoo/linear-systems.js';

const NAME = 'unreadable';
const READS = ['dataSync', 'arraySync', 'print', 'bytesSync'] as const;

type Values = Float32Array | Int32Array | Uint8Array;

/** `describe` with that backend set. In it, tensors are read by `await tensor.data()`, or by `valuesOf`. */
export function describeUnreadable(title: string, suite: () => void): void {
  describe(`${title} [tensors that no host can read]`, () => {
    let restore: () => void;
    before(async () => {
      tf.registerBackend(NAME, () => new MathBackendCPU());
      copyKernels();
      restore = forbidReads();
      await tf.setBackend(NAME);
    });
    after(async () => {
      restore();
      await tf.setBackend('cpu');
      tf.getKernelsForBackend(NAME).forEach(({kernelName}) => tf.unregisterKernel(kernelName, NAME));
      tf.removeBackend(NAME);
    });
    suite();
  });
}

/** Of our own kernels only those that WebGPU has as well: the others have a way without them there. */
function copyKernels(): void {
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const {kernelName} = kernel;
    const there = !/^Implicit/.test(kernelName) || tf.getKernel(kernelName, 'webgpu');
    if (there) tf.registerKernel({...kernel, backendName: NAME});
  }
  // Those that it alone has. A singular system has no solution here.
  tf.registerKernel({kernelName: 'ImplicitDeviceSolve', backendName: NAME, kernelFunc: solveInF64});
  tf.registerKernel({
    kernelName: 'ImplicitDeviceLstsq',
    backendName: NAME,
    kernelFunc: ({inputs: {b}, backend}) => [
      infoOf(backend, Array<number>(tf.util.sizeFromShape(b!.shape)).fill(NaN), b!.shape),
    ],
  });
}

const solveInF64: tf.KernelFunc = ({inputs, attrs, backend}) => {
  const {a, b} = inputs as unknown as Record<'a' | 'b', tf.TensorInfo>;
  const [matrices, right] = [a, b].map(({dataId}) =>
    Array.from((backend as tf.KernelBackend).readSync(dataId) as Values),
  );
  const [batch, n] = b.shape;
  const x = Array.from({length: batch}, (_, k) => {
    const at = a.shape[0] === 1 ? 0 : k * n * n;
    const entries = matrices.slice(at, at + n * n);
    const matrix = attrs!.adjoint ? entries.map((_, i) => entries[(i % n) * n + Math.floor(i / n)]) : entries;
    return solveExactly(matrix, right.slice(k * n, (k + 1) * n));
  });
  return infoOf(backend, x.flat(), b.shape);
};

function infoOf(backend: unknown, values: number[], shape: number[]): tf.TensorInfo {
  const dataId = (backend as tf.KernelBackend).write(new Float32Array(values), shape, 'float32');
  return {dataId: dataId as tf.TensorInfo['dataId'], shape, dtype: 'float32'};
}

/** The values of a tensor for a test, which may look at what the library may not. */
export function valuesOf(tensor: tf.Tensor): number[] {
  return Array.from(tf.backend().readSync(tensor.dataId) as Values);
}

/** @returns What takes that back. */
function forbidReads(): () => void {
  const prototype = tf.Tensor.prototype as unknown as Record<string, (...args: unknown[]) => unknown>;
  const originals = READS.map((name) => prototype[name]);
  READS.forEach((name, i) => {
    prototype[name] = function (this: tf.Tensor, ...args: unknown[]) {
      if (tf.getBackend() === NAME) throw new Error(`${name} where no host can read`);
      return originals[i].apply(this, args);
    };
  });
  return () => READS.forEach((name, i) => (prototype[name] = originals[i]));
}
