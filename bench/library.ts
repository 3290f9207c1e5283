/**
 * @file The library as it is installed: the built package, which `npm run bench` makes. From the sources, tsx would name every function
 * again each time it is made, and that takes a fifth of the time of a small problem.
 */
import type * as library from '../src/index.js';

// No literal, so that the types are those of the sources.
const BUILT = '../dist/esm/index.js';

export const {
  convex,
  LassoLayer,
  linalg,
  prepareQP,
  projections,
  solveQP,
  solveQPAsync,
  sparseMatrix,
  sparsemax,
} = (await import(BUILT)) as typeof library;
