/** @file What console.log and print() of a lesson write. */
import type {Tensor} from '@tensorflow/tfjs';

/** As many digits as f32 has, without zeros at the end. */
const digits = (value: number): string => String(Number(value.toPrecision(6)));

export function format(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return digits(value);
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return `[${listed(value)}]`;
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, entry]) => `${key}: ${format(entry)}`)
    .join(', ')}}`;
}

function listed(list: unknown): string {
  const values = Array.from(list as ArrayLike<unknown>);
  const isMatrix = values.length > 1 && Array.isArray(values[0]);
  const shown = values.slice(0, 100).map(format);
  if (values.length > shown.length) shown.push(`… ${values.length} in all`);
  return shown.join(isMatrix ? ',\n ' : ', ');
}

/** A tensor's values, once they can be read: on WebGPU only later. */
export async function formatTensor(tensor: Tensor): Promise<string> {
  return format(await tensor.array());
}
