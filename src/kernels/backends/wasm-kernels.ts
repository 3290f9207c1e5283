/**
 * @file Kernels of the tfjs backend 'wasm' that are replaced by faster ones with the same results: copies, and products with a transposed
 * operand, which every gradient of a product is.
 */
import * as tf from '@tensorflow/tfjs-core';

type Info = tf.TensorInfo;
type Kernel = tf.KernelFunc;
type Backend = tf.KernelBackend;
type Flags = {transposeA: boolean; transposeB: boolean};

const WASM = 'wasm';

/** Below this number of multiplications, a transposition costs more than it saves. */
const SMALL = 2 ** 15;

const replaced = new WeakSet<Kernel>();

/** Replaces the kernels that the backend has by now and that are still its own. */
export function improveWasm(): void {
  replace(tf.Identity, (own) => (call) => {
    const {x} = call.inputs as {x: Info};
    if (x.dtype === 'string') return own(call);
    // As its Reshape does.
    (call.backend as Backend).incRef(x.dataId);
    return {dataId: x.dataId, shape: x.shape, dtype: x.dtype};
  });
  replace(tf.BatchMatMul, productOf);
  replace(tf._FusedMatMul, fusedProductOf);
}

function replace(kernelName: string, better: (own: Kernel) => Kernel): void {
  const config = tf.getKernel(kernelName, WASM);
  if (!config || replaced.has(config.kernelFunc)) return;
  const kernelFunc = better(config.kernelFunc);
  replaced.add(kernelFunc);
  tf.unregisterKernel(kernelName, WASM);
  tf.registerKernel({...config, kernelFunc});
}

/** C = op(A) op(B), or the transpose of op(B)ᵀ op(A)ᵀ: whichever has less to transpose. */
function productOf(own: Kernel): Kernel {
  return (call) => {
    const {a, b} = call.inputs as {a: Info; b: Info};
    const {transposeA, transposeB} = call.attrs as Flags;
    const {entries, work} = sizeOf(a, b, {transposeA, transposeB});
    if (!(transposeA || transposeB) || work < SMALL || a.shape.length !== b.shape.length) return own(call);
    const [sizeA, sizeB] = [a, b].map(({shape}) => tf.util.sizeFromShape(shape));
    const plainly = (transposeA ? sizeA : 0) + (transposeB ? sizeB : 0);
    const turned = (transposeA ? 0 : sizeA) + (transposeB ? 0 : sizeB) + entries;
    const backend = call.backend as Backend;
    return withScratch(backend, (turn) => {
      const multiply = (left: Info, right: Info) =>
        own({
          ...call,
          inputs: {a: left, b: right},
          attrs: {...call.attrs, transposeA: false, transposeB: false},
        }) as Info;
      if (plainly <= turned) return multiply(transposeA ? turn(a) : a, transposeB ? turn(b) : b);
      const product = multiply(transposeB ? b : turn(b), transposeA ? a : turn(a));
      return turn(product, product);
    });
  };
}

/** The same with a bias and an activation, which follow the columns. */
function fusedProductOf(own: Kernel): Kernel {
  return (call) => {
    const {a, b} = call.inputs as {a: Info; b: Info};
    const {transposeA, transposeB} = call.attrs as Flags;
    if (!(transposeA || transposeB) || sizeOf(a, b, {transposeA, transposeB}).work < SMALL) return own(call);
    return withScratch(call.backend as Backend, (turn) => {
      const operands = {a: transposeA ? turn(a) : a, b: transposeB ? turn(b) : b};
      return own({
        ...call,
        inputs: {...call.inputs, ...operands},
        attrs: {...call.attrs, transposeA: false, transposeB: false},
      }) as Info;
    });
  };
}

/** The entries of the product, and the multiplications that it takes. */
function sizeOf(a: Info, b: Info, {transposeA, transposeB}: Flags): {entries: number; work: number} {
  const [rows, inner] = transposeA ? a.shape.slice(-2).reverse() : a.shape.slice(-2);
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  const batch = Math.max(...[a, b].map(({shape}) => tf.util.sizeFromShape(shape.slice(0, -2))));
  return {entries: batch * rows * columns, work: batch * rows * inner * columns};
}

/** Runs f with a function that swaps the last two axes. What it makes is freed, and so is `instead`; the result of f stays. */
function withScratch(backend: Backend, f: (turn: (x: Info, instead?: Info) => Info) => Info): Info {
  const transpose = tf.getKernel(tf.Transpose, WASM)!.kernelFunc;
  const scratch: Info[] = [];
  const turn = (x: Info, instead?: Info): Info => {
    const perm = x.shape.map((_, axis) => axis);
    perm.push(...perm.splice(-2).reverse());
    const turned = transpose({inputs: {x}, attrs: {perm}, backend}) as Info;
    scratch.push(instead ?? turned);
    return turned;
  };
  try {
    return f(turn);
  } finally {
    for (const {dataId} of scratch) backend.disposeData(dataId);
  }
}
