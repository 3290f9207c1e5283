/** @file The text of `layer.describe()`. */
import type * as tf from '@tensorflow/tfjs-core';
import type {layers, Shape} from '@tensorflow/tfjs-layers';

/** The role of a parameter of the problem in the layer. */
export type Role = 'fed' | 'constant' | 'learned';

/** A parameter of the problem, or a weight from which one is computed. */
export interface Part {
  /** Its name in the problem: `Q`, `p`. */
  name: string;
  /** Whether it is an input, a constant, or learned. */
  role: Role;
  /** Its axes, with null or a letter for one that is not known. */
  shape?: readonly (number | string | null)[] | undefined;
  /** What is computed from weights, and how it is computed. */
  as?: string;
  /** What else there is to say. */
  note?: string | undefined;
}

/** The inputs, and the weights by name. */
export function inputsAndWeights(
  layer: layers.Layer,
  names: readonly string[],
  shapes: readonly Shape[] | null,
): Part[] {
  const inputs = names.map((name, i): Part => {
    const shape = shapes?.[i]?.map((size, axis) => size ?? (axis === 0 ? 'B' : null));
    return {name, role: 'fed', shape};
  });
  const trained = new Set(layer.trainable ? layer.trainableWeights : layer.weights);
  const weights = layer.weights.map((weight): Part => {
    const name = weight.originalName.replace(`${layer.name}/`, '');
    return {name, role: trained.has(weight) ? 'learned' : 'constant', shape: weight.shape};
  });
  return [...inputs, ...weights];
}

const ROLES: readonly Role[] = ['fed', 'constant', 'learned'];
/** The longest value that is shown. */
const LONGEST = 48;

/** One line for the problem, one for each role, one for the options. */
export function describeLayer(layer: {
  className: string;
  name: string;
  solves: string;
  parts: readonly Part[];
  built: boolean;
  trainable: boolean;
  options: tf.serialization.ConfigDict;
}): string {
  const {className, name, solves, parts, built, trainable, options} = layer;
  const lines = [`${className} '${name}': ${solves}`];
  for (const role of ROLES) {
    const list = parts.filter((part) => part.role === role).map(partText);
    if (role === 'learned' && list.length === 0 && built) list.push('nothing');
    if (role === 'learned' && list.length > 0 && !trainable) list.push('(frozen: trainable is false)');
    if (list.length > 0) lines.push(`  ${role.padEnd(9)} ${list.join(', ').replace(', (', ' (')}`);
  }
  const settings = Object.entries(options).flatMap(([key, value]) => {
    const text = optionText(value);
    return text === null ? [] : [`${key} ${text}`];
  });
  if (settings.length > 0) lines.push(`  options   ${settings.join(', ')}`);
  if (!built)
    lines.push(
      '  Not built yet: what is learned, and all shapes, are known after build(inputShape) or the first call.',
    );
  return lines.join('\n');
}

function partText({name, shape, as, note}: Part): string {
  const axes = shape ? ` [${shape.map((axis) => axis ?? '?').join(', ')}]` : '';
  return `${name}${axes}${as ? ` = ${as}` : ''}${note ? ` (${note})` : ''}`;
}

/** A value in short form, or `null` if it is not set or too long. */
function optionText(value: unknown): string | null {
  if (value === null || value === undefined || value === false) return null;
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'number')
    return value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential() : `${value}`;
  if (typeof value !== 'object') return String(value as boolean);
  const {className} = value as {className?: string};
  const text = className ?? JSON.stringify(value).replaceAll('"', '');
  return text.length > LONGEST || text === '[]' ? null : text;
}
