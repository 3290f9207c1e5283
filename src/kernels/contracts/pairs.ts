/** @file The elementwise work of an interior-point iteration, a part of the contract `DenseKernels`. */
import type {Vector} from './vectors.js';

/** All vectors have the length of the first one, unless stated otherwise. Maxima ignore NaN unless stated otherwise. */
export interface PairKernels {
  /** r ← r + τ q for r = Px + Cᵀy; `out` [5] receives xᵀPx, qᵀx, and the largest entries of |Px|, of |r − Px| before, and of |r| after. */
  dualResidual(Px: Vector, q: Vector, x: Vector, tau: number, r: Vector, out: Vector): void;

  /**
   * r ← r + s − τ d for r = Cx; `out` [5] receives dᵀy, sᵀy, and the largest entries of |r| before and of s, of |r + s|, and of |r| after.
   */
  primalResidual(s: Vector, y: Vector, d: Vector, tau: number, r: Vector, out: Vector): void;

  /** inverseS = 1/s, inverseY = 1/y, w = s/y. */
  invertPairs(s: Vector, y: Vector, inverseS: Vector, inverseY: Vector, w: Vector): void;

  /** push = s + (products − target)·inverseY, g = push − keep·r. */
  pushPairs(
    s: Vector,
    products: Vector,
    target: number,
    inverseY: Vector,
    r: Vector,
    keep: number,
    push: Vector,
    g: Vector,
  ): void;

  /**
   * ds = −(push + w·dy) and products = ds·dy.
   *
   * @returns The largest of 0, −ds·inverseS and −dy·inverseY: 1/α for the longest step α that keeps the pairs non-negative.
   */
  stepPairs(
    push: Vector,
    w: Vector,
    dy: Vector,
    inverseS: Vector,
    inverseY: Vector,
    ds: Vector,
    products: Vector,
  ): number;

  /** The smallest of `first` and the products (s + α ds)(y + α dy), divided by the mean of all of them. */
  centrality(s: Vector, y: Vector, ds: Vector, dy: Vector, alpha: number, first: number): number;

  /** dy = weights·(image − g), y += dy, total += image. */
  eliminated(weights: Vector, image: Vector, g: Vector, dy: Vector, y: Vector, total: Vector): void;

  /** r = mask·(g − image) + w·y. @returns The largest |r|; NaN if an entry is NaN. */
  remainder(mask: Vector, g: Vector, image: Vector, w: Vector, y: Vector, r: Vector): number;
}
