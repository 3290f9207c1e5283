/** @file How much a matrix was seen to enlarge vectors, and the rounding that its products therefore have. */
import {norm} from '../vectors.js';
import type {Process} from './process.js';

/** A product, with the largest gain so far noted. */
export class Gain {
  value = 0;

  *product(map: 'A' | 'At', vector: Float64Array): Process<Float64Array> {
    const image = yield {map, vector};
    const size = norm(vector);
    const gain = norm(image) / size;
    if (gain < Infinity) this.value = Math.max(this.value, gain);
    return image;
  }
}

/** Of a product of n terms, with some room: naive sums in f32 lose about √n roundings. */
const ROUNDING = 2 ** -22;

/** The residual that rounding of f32 products may leave, for ‖x‖ and the ‖A‖ so far: √n·2⁻²²·‖A‖‖x‖. */
export function roundingOf(size: number, n: number, gain: number): number {
  return ROUNDING * Math.sqrt(n) * gain * size;
}
