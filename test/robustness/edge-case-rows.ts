/** @file The edge cases of a quadratic program with their solutions and gradients, worked out by hand. */
import type {PlainQP, Solution} from '../helpers/qp-solved.js';

export interface EdgeCase {
  name: string;
  problem: PlainQP;
  /** Default 0. */
  status?: number;
  /** What is not given is zero where the sample failed, and not unique where it was solved. */
  x?: number[];
  ineqDual?: number[];
  eqDual?: number[];
  /** Of x₁ + 2x₂ + 3x₃. */
  gradients?: Solution['gradients'];
}

/** A matrix from its rows. */
const rows = (text: string) => text.split(';').map((row) => row.trim().split(/\s+/).map(Number));

const I = rows('1 0; 0 1');
const O = rows('0 0; 0 0');

export const EDGE_CASES: EdgeCase[] = [
  {name: 'infeasible', problem: {Q: [[1]], p: [1], G: [[1], [-1]], h: [0, -1]}, status: 1},
  {name: 'infeasible by equalities', problem: {Q: I, p: [1, 2], A: rows('1 1; 2 2'), b: [1, 3]}, status: 1},
  {name: 'unbounded', problem: {Q: O, p: [1, 0], G: [[1, 0]], h: [1]}, status: 2},
  {
    name: 'a linear program (Q = 0)',
    problem: {Q: O, p: [-1, -2], G: rows('1 0; 0 1; -1 0; 0 -1'), h: [3, 4, 0, 0]},
    x: [3, 4],
    ineqDual: [1, 2, 0, 0],
    gradients: {Q: [0, 0, 0, 0], p: [0, 0], G: [-3, -4, -6, -8, 0, 0, 0, 0], h: [1, 2, 0, 0]},
  },
  {
    name: 'a Q of rank 1, bounded by a constraint',
    problem: {Q: rows('1 0; 0 0'), p: [-2, 1], G: [[0, -1]], h: [1]},
    x: [2, -1],
    ineqDual: [1],
    gradients: {Q: [-2, 0.5, 0.5, 0], p: [-1, 0], G: [3, -2], h: [-2]},
  },
  {
    name: 'a weakly active constraint stays active',
    problem: {Q: [[1]], p: [-1], G: [[1]], h: [1]},
    x: [1],
    ineqDual: [0],
    gradients: {Q: [0], p: [0], G: [-1], h: [1]},
  },
  {
    name: 'duplicate inequalities share multiplier and gradient equally',
    problem: {Q: I, p: [-2, -3], G: rows('1 1; 1 1'), h: [1, 1]},
    x: [0, 1],
    ineqDual: [1, 1],
    gradients: {Q: [0, 0.25, 0.25, -0.5], p: [0.5, -0.5], G: [0.5, -1.25, 0.5, -1.25], h: [0.75, 0.75]},
  },
  {
    name: 'duplicate equalities share multiplier and gradient equally',
    problem: {Q: I, p: [-2, -3], A: rows('1 1; 1 1'), b: [1, 1]},
    x: [0, 1],
    eqDual: [1, 1],
    gradients: {Q: [0, 0.25, 0.25, -0.5], p: [0.5, -0.5], A: [0.5, -1.25, 0.5, -1.25], b: [0.75, 0.75]},
  },
  {
    name: 'equalities only',
    problem: {Q: I, p: [-2, -3], A: [[1, 1]], b: [1]},
    x: [0, 1],
    eqDual: [2],
    gradients: {Q: [0, 0.25, 0.25, -0.5], p: [0.5, -0.5], A: [1, -2.5], b: [1.5]},
  },
  {
    name: 'inequalities only, one active',
    problem: {Q: I, p: [-2, -3], G: I, h: [1, 5]},
    x: [1, 3],
    ineqDual: [1, 0],
    gradients: {Q: [0, -1, -1, -6], p: [0, -2], G: [-1, -5, 0, 0], h: [1, 0]},
  },
  {
    name: 'unconstrained',
    problem: {Q: I, p: [-2, -3]},
    x: [2, 3],
    gradients: {Q: [-2, -3.5, -3.5, -6], p: [-1, -2]},
  },
  {
    name: 'more constraints than variables',
    problem: {Q: I, p: [-2, -3], G: rows('1 0; 0 1; 1 1; 1 -1; -1 0'), h: [1, 1, 5, 5, 6]},
    x: [1, 1],
    ineqDual: [1, 2, 0, 0, 0],
    gradients: {Q: [0, 0, 0, 0], p: [0, 0], G: [-1, -1, -2, -2, 0, 0, 0, 0, 0, 0], h: [1, 2, 0, 0, 0]},
  },
  {
    name: 'a variable fixed by an equality',
    problem: {Q: I, p: [-2, -3], A: [[1, 0]], b: [1]},
    x: [1, 3],
    eqDual: [1],
    gradients: {Q: [0, -1, -1, -6], p: [0, -2], A: [-1, -5], b: [1]},
  },
  {
    // The two multipliers are known only up to a constant, so the gradient of G is not unique.
    name: 'a variable fixed by two inequalities',
    problem: {Q: I, p: [-2, -3], G: rows('1 0; -1 0'), h: [1, -1]},
    x: [1, 3],
    gradients: {Q: [0, -1, -1, -6], p: [0, -2], h: [0.5, -0.5]},
  },
  {
    name: 'scales from 1e-6 to 1e6 in one problem',
    problem: {
      Q: rows('1e-6 0 0; 0 1 0; 0 0 1e6'),
      p: [-2e-6, -3, -4e6],
      G: rows('1e-6 0 0; 0 1 0; 0 0 1e6'),
      h: [1e-6, 1, 1e6],
    },
    x: [1, 1, 1],
    ineqDual: [1, 2, 3],
    gradients: {Q: new Array<number>(9).fill(0), p: [0, 0, 0], h: [1e6, 2, 3e-6]},
  },
];
