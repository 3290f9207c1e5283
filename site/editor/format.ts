/** @file What console.log and print() of a lesson write. */
import type {Tensor} from '@tensorflow/tfjs';

/** As many digits as f32 has, without zeros at the end; whole numbers as they are. */
const digits = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(6)));

/** How deep objects within objects are written. */
const DEPTH = 3;

export function format(value: unknown, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return digits(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${listed(value, depth)}]`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (isTensor(value)) return `Tensor [${value.shape.join(', ')}]`;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Models and layers refer to each other.
  const isPlain = prototype === null || prototype === Object.prototype;
  if (!isPlain || depth === DEPTH) return value.constructor?.name ?? '{…}';
  return `{${Object.entries(value)
    .map(([key, entry]) => `${key}: ${format(entry, depth + 1)}`)
    .join(', ')}}`;
}

const isTensor = (value: object): value is Tensor => 'dataId' in value && 'shape' in value;

function listed(list: unknown, depth: number): string {
  const values = Array.from(list as ArrayLike<unknown>);
  const isMatrix = values.length > 1 && Array.isArray(values[0]);
  const shown = values.slice(0, 100).map((entry) => format(entry, depth));
  if (values.length > shown.length) shown.push(`… ${values.length} in all`);
  return shown.join(isMatrix ? ',\n ' : ', ');
}

/** A tensor's values, once they can be read: on WebGPU only later. */
export async function formatTensor(tensor: Tensor): Promise<string> {
  return format(await tensor.array());
}
