/** @file The test of a point in f64, in the units of the user's problem: each row and column against its own terms. */
import {ROUNDING_32} from '../../contracts/qp-limits.js';
import type {DenseKernels, Vector} from '../../contracts/dense.js';
import {Certificate} from './certificate.js';
import {ExactZeros, ROUNDING_64} from './exact-zeros.js';
import type {AnyProblem} from './types.js';

/** The tolerance for variables and rows with a given number, when the others are measured against their neighbours. */
const GIVEN = 1e-8;

/** What a point must satisfy. */
export interface Exactness {
  /** The largest allowed certificate. */
  exactness: number;
  /** Whether entries that are close to zero by cancellation may be measured against their neighbours. */
  sized?: boolean;
  /** Whether multipliers may be so large that only rounding to f32 keeps them from cancelling. */
  pulls?: boolean;
  /** Whether entries count as zero if they are negligible in f32, not only in f64. */
  ofF32?: boolean;
}

export class DoubleTest {
  readonly certificate: Certificate;
  readonly zeros: ExactZeros;
  /** The certificate of the point that was tested last, without neighbours. */
  residual = Infinity;

  /** @param problem Its entries are read again for each point. */
  constructor(
    dense: DenseKernels,
    private readonly problem: AnyProblem,
  ) {
    this.certificate = new Certificate(dense, problem);
    this.zeros = new ExactZeros(dense, problem);
  }

  /**
   * Whether (x, y) solves the problem. Entries that are only rounding become zero in place if the point does not pass with them. The
   * certificate is left as measured at the point, without neighbours.
   *
   * @param y Not negative on the inequalities.
   */
  passes(x: Vector, y: Vector, {exactness, sized = false, pulls = false, ofF32 = false}: Exactness): boolean {
    const {problem, certificate, zeros} = this;
    this.residual = certificate.measure(problem, x, y, Infinity);
    if (certificate.losesGivenNumbers(problem)) return false;
    if (!pulls && certificate.pullsOnRounding(problem, y)) return false;
    if (this.residual <= exactness) return true;
    zeros.clear(problem, certificate, x, y, ofF32 || sized ? ROUNDING_32 : ROUNDING_64);
    this.residual = certificate.measure(problem, x, y, Infinity);
    if (this.residual <= exactness) return true;
    if (!sized) return false;
    if (!certificate.meetsAmongNeighbours(problem, x, y, {enough: exactness, given: GIVEN})) return false;
    // Exact zeros are found from the terms of the point alone.
    certificate.measure(problem, x, y, Infinity);
    return true;
  }
}
