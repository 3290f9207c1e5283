/** @file What has to be known of a GPU of the backend 'tensorflow', found out once: what it lacks, and how it rounds products. */
import {see} from '../../checks/index.js';
import type {Attribute, Binding, NodeBackend} from './node-backend.js';

/** TensorFlow's number for double precision. */
const DOUBLE = 2;
const SIZE = 32;
/** The smallest step above 1 that products in TF32, with their 10 bits, do not see. */
const SMALL = 2 ** -12;

const able = new WeakMap<NodeBackend, boolean>();

/**
 * Whether a matrix that is not positive definite gives NaN, as in newer versions of TensorFlow. In older ones it makes the whole batch fail, so
 * samples cannot be told apart.
 */
export function marksFailures(backend: NodeBackend): boolean {
  let known = able.get(backend);
  if (known === undefined) able.set(backend, (known = tryFailure(backend.binding)));
  return known;
}

function tryFailure(binding: Binding): boolean {
  const ids: number[] = [];
  const keep = (id: number) => {
    ids.push(id);
    return id;
  };
  try {
    const single = keep(binding.createTensor([1, 1], binding.TF_FLOAT, Float32Array.of(-1)));
    const types = [typed(binding, 'SrcT', binding.TF_FLOAT), typed(binding, 'DstT', DOUBLE)];
    const [wide] = binding.executeOp('Cast', types, [single], 1);
    keep(wide.id);
    const [factor] = binding.executeOp('Cholesky', [typed(binding, 'T', DOUBLE)], [wide.id], 1);
    keep(factor.id);
    return true;
  } catch {
    return false;
  } finally {
    for (const id of ids) binding.deleteTensor(id);
  }
}

const seen = new WeakSet<NodeBackend>();

/** Warns, once, if tfjs's products in float32 lose half of their digits on this GPU. */
export function warnOfTf32(backend: NodeBackend): void {
  if (seen.has(backend)) return;
  seen.add(backend);
  if (!backend.isUsingGpuDevice || !roundsProducts(backend.binding)) return;
  console.warn(
    "tfjs-implicit: this GPU rounds float32 numbers to 10 bits (TF32) in tfjs's own products. Quadratic programs and solutions of " +
      'linalg are not affected; gradients of linalg, and solvers whose steps are such products, are. Set the environment variable NVIDIA_TF32_OVERRIDE to 0 before the start.' +
      see('tensorflow#what-to-know'),
  );
}

/** Whether the product of (1 + small) J with the identity is J. */
function roundsProducts(binding: Binding): boolean {
  const entries = SIZE * SIZE;
  const make = (values: Float32Array) => binding.createTensor([SIZE, SIZE], binding.TF_FLOAT, values);
  const a = make(new Float32Array(entries).fill(1 + SMALL));
  const b = make(Float32Array.from({length: entries}, (_, i) => Number(i % (SIZE + 1) === 0)));
  const flag = (name: string): Attribute => ({name, type: binding.TF_ATTR_BOOL, value: false});
  const attributes = [typed(binding, 'T', binding.TF_FLOAT), flag('transpose_a'), flag('transpose_b')];
  const [product] = binding.executeOp('MatMul', attributes, [a, b], 1);
  const [first] = binding.tensorDataSync(product.id);
  for (const id of [a, b, product.id]) binding.deleteTensor(id);
  return first !== 1 + SMALL;
}

const typed = (binding: Binding, name: string, value: number): Attribute => ({
  name,
  type: binding.TF_ATTR_TYPE,
  value,
});
