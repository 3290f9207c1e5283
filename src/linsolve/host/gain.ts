/** @file The largest gain of a matrix on the vectors seen so far, and the rounding of its products that follows from it. */
import {norm} from '../vectors.js';
import type {Process} from './process.js';

/** The rounding of a product of n terms, with a margin: naive sums lose about √n roundings. */
const SINGLE = 2 ** -22;
const DOUBLE = 2 ** -51;

/** A product; also records the largest gain so far. */
export class Gain {
  value = 0;

  /** @param isDouble Whether products are in double precision instead of float32. */
  constructor(readonly isDouble: boolean) {}

  /** The residual that rounding of products may cause, for ‖x‖ and the ‖A‖ so far: √n·2⁻²²·‖A‖‖x‖, in double precision √n·2⁻⁵¹·‖A‖‖x‖. */
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
