/** @file The three parameters of a conic layer: their sizes, and values that a layer can hold and save. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {valuesOnHost} from '../../kernels/index.js';
import {coneSize, type Cones} from '../../projections/index.js';
import type {Constants, SavedConstant} from './constants.js';
import {checkCount} from './inputs.js';

/** A parameter of a conic program, and its axes: p variables, m rows. */
export const CONIC_SHAPES = {c: ['p'], E: ['m', 'p'], d: ['m']} as const;
export type ConicParameter = keyof typeof CONIC_SHAPES;
export const CONIC_PARAMETERS = Object.keys(CONIC_SHAPES) as ConicParameter[];

/**
 * p, the number of variables.
 *
 * @throws If shapes do not agree, or do not determine it.
 */
export function conicVariables(
  className: string,
  {cones, units, fed, constants}: ConicSizes,
  shapes: Shape[],
): number {
  const known: Record<string, number | undefined> = {p: units, m: coneSize(cones)};
  const note = (name: ConicParameter, shape: readonly (number | null)[]) => {
    const axes = CONIC_SHAPES[name];
    const fits =
      shape.length === axes.length &&
      axes.every((axis, i) => (known[axis] ??= shape[i] ?? undefined) === shape[i]);
    if (!fits) {
      throw new Error(
        `${className}: ${name} must have shape [${axes.map((axis) => known[axis] ?? axis).join(', ')}], got [${shape}]. ` +
          `p is the number of variables${units === undefined ? '' : ` (units: ${units})`}, m the size of the cones, ${coneSize(cones)}; ` +
          'the batch axis of inputs is not counted.',
      );
    }
  };
  checkCount(className, fed, shapes.length);
  constants.forEach(({shape}, name) => note(name, shape));
  fed.forEach((name, i) => note(name, shapes[i].slice(1)));
  if (known.p === undefined) {
    throw new Error(
      `${className}: the number of variables is not known: pass units, or make c or E an input or a constant.`,
    );
  }
  return known.p;
}

/** What determines the sizes. */
export interface ConicSizes {
  cones: Cones;
  units?: number | undefined;
  fed: readonly ConicParameter[];
  constants: ReadonlyMap<ConicParameter, SavedConstant>;
}

type GivenConstants = Constants<ConicParameter, never> | SavedConstant[] | null | undefined;

/** The largest finite f32 number. Like Infinity it means that a row does not exist, but it can be saved. */
const NO_ROW = 3.4028234663852886e38;

/** The constants, with a finite number in place of an infinite d. */
export function savable(constants: GivenConstants): GivenConstants {
  if (!constants || Array.isArray(constants) || constants.d == null) return constants;
  const {d} = constants;
  if (d instanceof tf.Tensor) {
    const values = valuesOnHost(d);
    return values ? {...constants, d: Array.from(values, finiteBound)} : constants;
  }
  return {...constants, d: Array.from(d as ArrayLike<number>, finiteBound)};
}

function finiteBound(value: number): number {
  return value === Infinity ? NO_ROW : value;
}

/** A point in the interior of the cones (zero where there is no interior). */
export function interior({zero = 0, nonNegative = 0, secondOrder = [], psd = []}: Cones): tf.Tensor {
  const values = [
    ...Array<number>(zero).fill(0),
    ...Array<number>(nonNegative).fill(1),
    ...secondOrder.flatMap((n) => (n > 0 ? [1, ...Array<number>(n - 1).fill(0)] : [])),
    ...psd.flatMap((n) =>
      Array.from({length: n}, (_, j) => Array.from({length: n - j}, (__, i) => Number(i === 0))).flat(),
    ),
  ];
  return tf.tensor1d(values);
}
