/** @file One small quadratic program again and again: lists and typed arrays, rows that may be missing, results and gradients. */
import {
  prepareQP,
  solvers,
  type PreparedQP,
  type PreparedQPGradient,
  type PreparedQPInput,
  type PreparedQPResult,
  type PrepareQPOptions,
  type QPMatrix,
  type QPNumbers,
} from '../../../src/index.js';

class Filter {
  private readonly qp: PreparedQP;

  constructor(G: QPMatrix, h: QPNumbers, options?: PrepareQPOptions) {
    this.qp = prepareQP({Q: [[1]], p: Float64Array.of(0), G, h}, options);
  }

  closest(wish: number): number {
    const result: PreparedQPResult = this.qp.solve({p: [-wish]});
    return result.x[0] ?? NaN;
  }

  slope(): PreparedQPGradient {
    return this.qp.gradient(Float32Array.of(1));
  }
}

export function run() {
  const filter = new Filter(new Float32Array([1]), [2], {degenerate: 'oneSided', tolerance: undefined});
  const values = [filter.closest(1), filter.closest(5)];
  const maybe: {G?: number[][]; h?: number[]} = {};
  const problem: PreparedQPInput = {Q: [[2]], p: [-2], ...maybe, A: null, b: undefined};
  const free = solvers.prepareQP(problem);
  const changes: Partial<PreparedQPInput> = {Q: [4] as const};
  const {x, status, iterations} = free.solve(changes);
  return [...values, Array.from(filter.slope().h), Array.from(x), status, iterations];
}

export const expected = [1, 2, [1], [0.5], 0, 0];
