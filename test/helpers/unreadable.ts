/**
 * @file A backend that computes like 'cpu' and whose tensors nobody may read synchronously, as those of WebGPU: what solvers do
 * where the host cannot see how far they are can be tested with it on any machine.
 */
import {MathBackendCPU} from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {solveExactly} from '../zoo/linear-systems.js';

/** The name of the backend. */
export const UNREADABLE = 'unreadable';
const READS = ['dataSync', 'arraySync', 'print', 'bytesSync'] as const;

type Values = Float32Array | Int32Array | Uint8Array;

/** `describe` with that backend set. In it, tensors are read by `await tensor.data()`, or by `valuesOf`. */
export function describeUnreadable(title: string, suite: () => void): void {
  describe(`${title} [${UNREADABLE}]`, () => {
    let remove: () => void;
    before(async () => {
      remove = addUnreadable();
      await tf.setBackend(UNREADABLE);
    });
    after(async () => {
      await tf.setBackend('cpu');
      remove();
    });
    suite();
  });
}

/** Registers the backend. @returns What takes it away again. */
export function addUnreadable(): () => void {
  tf.registerBackend(UNREADABLE, () => new MathBackendCPU());
  copyKernels();
  const restore = forbidReads();
  return () => {
    restore();
    tf.getKernelsForBackend(UNREADABLE).forEach(({kernelName}) =>
      tf.unregisterKernel(kernelName, UNREADABLE),
    );
    tf.removeBackend(UNREADABLE);
  };
}

/** Of our own kernels only those that WebGPU has as well: the others have a way without them there. */
function copyKernels(): void {
  for (const kernel of tf.getKernelsForBackend('cpu')) {
    const {kernelName} = kernel;
    const there = !/^Implicit/.test(kernelName) || tf.getKernel(kernelName, 'webgpu');
    if (kernelName === 'ImplicitCholesky') continue;
    if (there) tf.registerKernel({...kernel, backendName: UNREADABLE});
  }
  // Where the host cannot read, it cannot throw either.
  tf.registerKernel({kernelName: 'ImplicitCholesky', backendName: UNREADABLE, kernelFunc: choleskyOrNaN});
  // Those that it alone has. A singular system has no solution here.
  tf.registerKernel({kernelName: 'ImplicitDeviceSolve', backendName: UNREADABLE, kernelFunc: solveInF64});
  tf.registerKernel({
    kernelName: 'ImplicitDeviceLstsq',
    backendName: UNREADABLE,
    kernelFunc: ({inputs: {b}, backend}) => [
      infoOf(backend, Array<number>(tf.util.sizeFromShape(b!.shape)).fill(NaN), b!.shape),
    ],
  });
}

const choleskyOrNaN: tf.KernelFunc = ({inputs, backend}) => {
  const a = inputs.a!;
  const n = a.shape[a.shape.length - 1];
  const values = Array.from((backend as tf.KernelBackend).readSync(a.dataId) as Values);
  const L = new Array<number>(values.length).fill(0);
  for (let at = 0; at < values.length; at += n * n) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        let rest = values[at + i * n + j];
        for (let k = 0; k < j; k++) rest -= L[at + i * n + k] * L[at + j * n + k];
        // The root of what is not positive is NaN, or leaves infinity and NaN below it.
        L[at + i * n + j] = i === j ? Math.sqrt(rest > 0 ? rest : NaN) : rest / L[at + j * n + j];
      }
    }
  }
  return infoOf(backend, L, a.shape);
};

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
      if (tf.getBackend() === UNREADABLE) throw new Error(`${name} where no host can read`);
      return originals[i].apply(this, args);
    };
  });
  return () => READS.forEach((name, i) => (prototype[name] = originals[i]));
}
