/** @file The solutions of the problems in `iterative-solvers.ts` in f64, by plain loops on arrays, with the inputs as float32 holds them. */
import {bisect, clip, simplexInF64, soft} from './maps.js';

const {fround} = Math;

/** ∇ of ½(x − c)ᵀH(x − c) + ¼‖x‖⁴. */
function slope(x: number[], c: number[]): number[] {
  const [r, s] = [x[0] - c[0], x[1] - c[1]];
  const square = x[0] * x[0] + x[1] * x[1];
  return [3 * r + s + square * x[0], r + 2 * s + square * x[1]];
}

/** The proximal-gradient method, until x no longer moves. */
function descend(start: number[], prox: (y: number[], eta: number) => number[]) {
  return (c: number[]): number[] => {
    const eta = 0.15;
    let x = start;
    for (let k = 0; k < 2000; k++) {
      const g = slope(x, c);
      const next = prox(
        x.map((value, i) => value - eta * g[i]),
        eta,
      );
      if (next.every((value, i) => value === x[i])) break;
      x = next;
    }
    return x;
  };
}

const minimum = descend([1, 1], (y) => y);
const sparse = descend([1, 1], (y, eta) => y.map((value) => soft(value, fround(0.1) * eta)));
const boxed = descend([0, 0], (y) => y.map((value) => clip(value, -1, fround(0.4))));
const shared = descend([0.5, 0.5], (y) => simplexInF64(y));
const rooted = (c: number[]) =>
  c.map((value) => bisect((x) => x + fround(0.3) * Math.sin(x) - value, -10, 10));
const fixed = (c: number[]) => c.map((value) => bisect((x) => x - 0.5 * (Math.cos(x) + value), -10, 10));
/** The minimum of ½(x² − c)² + ½(w(x − 1))², by Newton's method from 1. */
const fitted = (c: number[]) =>
  c.map((value) => {
    const weight = fround(0.1) ** 2;
    let x = 1;
    for (let k = 0; k < 200; k++) {
      x -= (2 * x * (x * x - value) + weight * (x - 1)) / (6 * x * x - 2 * value + weight);
    }
    return x;
  });

/** The solution of one sample as a function of its c, by the names of the zoo. */
export const REFERENCES: Record<string, (c: number[]) => number[]> = {
  GradientDescent: minimum,
  'ProximalGradient, fixed step': sparse,
  ProximalGradient: sparse,
  MirrorDescent: shared,
  BlockCoordinateDescent: sparse,
  BFGS: minimum,
  LBFGS: minimum,
  NonlinearCG: minimum,
  Newton: minimum,
  LBFGSB: boxed,
  NewtonRoot: rooted,
  Broyden: rooted,
  Bisection: rooted,
  GaussNewton: fitted,
  LevenbergMarquardt: fitted,
  FixedPointIteration: fixed,
  AndersonAcceleration: fixed,
  AndersonWrapper: minimum,
  fromStep: minimum,
  ProjectedGradient: boxed,
  ArmijoSGD: minimum,
  PolyakSGD: minimum,
};
