/** @file How much a matrix was seen to enlarge vectors, and the rounding that its products therefore have. */
import {norm} from '../vectors.js';
import type {Process} from './process.js';

/** Of a product of n terms, with some room: naive sums lose about √n roundings. */
const SINGLE = 2 ** -22;
const DOUBLE = 2 ** -51;

/** A product, with the largest gain so far noted. */
export class Gain {
  value = 0;

  /** @param isDouble Whether products are in double precision, and not in float32. */
  constructor(readonly isDouble: boolean) {}

  /** The residual that rounding of products may leave, for ‖x‖ and the ‖A‖ so far: √n·2⁻²²·‖A‖‖x‖, in double precision √n·2⁻⁵¹·‖A‖‖x‖. */
  rounding(size: number, n: number): number {
    return (this.isDouble ? DOUBLE : SINGLE) * Math.sqrt(n) * this.value * size;
  }

  *product(map: 'A' | 'At', vector: Float64Array): Process<Float64Array> {
    const image = yield {map, vector};
    const size = norm(vector);
    const gain = norm(image) / size;
    if (gain < Infinity) this.value = Math.max(this.value, gain);
    return image;
  }
}
