/**
 * @file Finds an order of elimination that keeps the factors of a sparse symmetric matrix sparse: approximate minimum degree.
 *
 * Amestoy, Davis & Duff 1996, "An approximate minimum degree ordering algorithm", SIAM J. Matrix Anal. Appl. 17(4). The graph of what is
 * left to eliminate is kept as a quotient graph: a variable has neighbours that are variables, and elements, which stand for the cliques that
 * eliminated variables leave behind. It never takes more room than the matrix.
 */
import type {Pattern} from './pattern.js';
import {QuotientGraph} from './quotient-graph.js';

/**
 * @param pattern Of A + Aᵀ without its diagonal.
 * @returns The variables in their order of elimination.
 */
export function minimumDegree(n: number, pattern: Pattern): Int32Array {
  return new QuotientGraph(n, pattern).order();
}
