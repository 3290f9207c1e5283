/**
 * @file The theory on one page (Blondel et al. 2022, arXiv 2105.15183, section 2.1).
 *
 * x*(θ) is defined by F(x*, θ) = 0. Differentiating that identity, ∂₁F·∂x* + ∂₂F = 0, gives
 *
 *   the VJP:  solve (∂₁F)ᵀ u = −v, then vᵀ∂x* = uᵀ∂₂F       (one solve serves all of θ)
 *   the JVP:  solve  ∂₁F  t = −∂₂F θ̇, then ∂x*·θ̇ = t.
 *
 * The solutions of both linear systems are roots themselves, of (∂₁F)ᵀu + v and of ∂₁F t + ∂₂F θ̇: the same code differentiates them
 * again, to any order.
 */
import * as tf from '@tensorflow/tfjs-core';
import {carryDoubles, hasDoubles, jvpOf, observed, offTape, recordOp, vjpOf} from '../autodiff/index.js';
import type {LinearSolver, Operator, SolveInfo} from '../linsolve/index.js';
import {seeingOnce, type Origin} from '../programs/index.js';
import {checkedSolution, type GradientPolicy} from './gradient-report.js';
import {inDoubles} from './in-doubles.js';
import {packingOf} from './packing.js';

/** A condition on flat lists: xs are the leaves of x, ps those of the parameters. */
export interface RootSystem {
  batched: boolean;
  linsolve: LinearSolver;
  onGradient?: ((info: SolveInfo) => void) | undefined;
  policy: GradientPolicy;
  /** Tensors that F captures. */
  free: tf.Tensor[];
  residual(xs: tf.Tensor[], ps: tf.Tensor[]): tf.Tensor[];
  /** (∂₂F)ᵀu on `differentiable(ps)` and the free tensors. */
  pullback(us: tf.Tensor[], xs: tf.Tensor[], ps: tf.Tensor[]): tf.Tensor[];
  /** ∂₁F, on packed rows; its transpose if `transposed`. */
  operator(xs: tf.Tensor[], ps: tf.Tensor[]): Operator;
  transposed: boolean;
  /** The cotangents of `Condition.backward`. */
  backward?:
    | ((
        needed: readonly boolean[],
        vs: (tf.Tensor | null)[],
        xs: tf.Tensor[],
        ps: tf.Tensor[],
      ) => (tf.Tensor | null)[] | null)
    | undefined;
  /** Checks that xs is a root, in the backward pass. */
  check?: ((xs: tf.Tensor[], ps: tf.Tensor[]) => void) | undefined;
}

/** What determines a function of F and of what is given; `null` if it is not known. */
export type RootOrigin = (name: string, given: unknown) => Origin | null;

/** The float32 ones: those that have a derivative. */
export function differentiable(tensors: readonly tf.Tensor[]): tf.Tensor[] {
  return tensors.filter(({dtype}) => dtype === 'float32');
}

/** `values`, computed off the tape, as the root of the system: differentiable in `ps` and in the free tensors. */
export function implicitRoot(
  system: RootSystem,
  values: tf.Tensor[],
  ps: tf.Tensor[],
  hasOwnGradient = true,
): tf.Tensor[] {
  return recordOp({
    name: 'ImplicitRoot',
    hasOwnGradient,
    values,
    inputs: ps,
    free: system.free,
    gradient(dys, xs, params) {
      const gradients = rootCotangents(system, xs, params, dys);
      system.check?.(xs, params);
      return gradients;
    },
    finalGradient(dys, xs, params, needed) {
      const gradients = inOneStep(system, needed, dys, xs, params);
      if (gradients) system.check?.(xs, params);
      return gradients;
    },
  });
}

/** The gradients, if the condition has them in one piece, and float32 tensors are all that is known. */
function inOneStep(
  {backward}: RootSystem,
  needed: readonly boolean[],
  vs: (tf.Tensor | null)[],
  xs: tf.Tensor[],
  ps: tf.Tensor[],
): (tf.Tensor | null)[] | null {
  if (!backward || observed()) return null;
  if (vs.some((v) => v && hasDoubles(v)) || xs.some(hasDoubles) || ps.some(hasDoubles)) return null;
  return backward(needed, vs, xs, ps);
}

/** (∂₂F)ᵀu by automatic differentiation of F. */
export function pullbackOf(
  residual: RootSystem['residual'],
  free: tf.Tensor[],
  origin: RootOrigin = () => null,
): RootSystem['pullback'] {
  return (us, xs, ps) =>
    inDoubles(
      'The gradient of a condition',
      [...us, ...xs, ...ps],
      () => vjpOf(() => residual(xs, ps), [...differentiable(ps), ...free], us),
      origin('pullback', {us, xs, ps, free: free.length}),
    );
}

/** The cotangents of `[...differentiable(ps), ...free]` for the cotangents `vs` of the root. */
export function rootCotangents(
  system: RootSystem,
  xs: tf.Tensor[],
  ps: tf.Tensor[],
  vs: tf.Tensor[],
): tf.Tensor[] {
  const n = xs.length;
  const residual: RootSystem['residual'] = (us, rest) => {
    const at = rest.slice(n, 2 * n);
    const pulled = vjpOf(() => system.residual(at, rest.slice(2 * n)), at, us);
    return pulled.map((au, i) => tf.add(au, rest[i]));
  };
  const adjoint: RootSystem = {
    ...system,
    check: undefined,
    backward: undefined,
    residual,
    pullback: pullbackOf(residual, system.free),
    operator: (_us, rest) => system.operator(rest.slice(n, 2 * n), rest.slice(2 * n)),
    transposed: !system.transposed,
  };
  const minusVs = vs.map((v) => carryDoubles(tf.neg(v), v, (value) => -value));
  const solve = () => {
    const solution = solveLinear(system, xs, ps, minusVs, true);
    // Its gradient calls F, as this one does.
    const us = implicitRoot(adjoint, solution, [...vs, ...xs, ...ps], false);
    return system.pullback(us, xs, ps);
  };
  // The listener may change what F closes over.
  return system.onGradient ? solve() : seeingOnce(solve);
}

/** The tangent of the root for the tangents of `differentiable(ps)`. */
export function rootTangents(
  system: RootSystem,
  xs: tf.Tensor[],
  ps: tf.Tensor[],
  tangents: tf.Tensor[],
): tf.Tensor[] {
  const n = xs.length;
  const residual: RootSystem['residual'] = (ts, rest) => {
    const at = rest.slice(0, n);
    const params = rest.slice(n, n + ps.length);
    const moving = [...at, ...differentiable(params)];
    return jvpOf(() => system.residual(at, params), moving, [...ts, ...rest.slice(n + ps.length)]);
  };
  const forward: RootSystem = {
    ...system,
    check: undefined,
    backward: undefined,
    residual,
    pullback: pullbackOf(residual, system.free),
    operator: (_ts, rest) => system.operator(rest.slice(0, n), rest.slice(n, n + ps.length)),
  };
  const rhs = offTape(() =>
    inDoubles('The tangent of a condition', [...xs, ...ps, ...tangents], () =>
      jvpOf(() => system.residual(xs, ps), differentiable(ps), tangents).map((t) => tf.neg(t)),
    ),
  );
  return implicitRoot(forward, solveLinear(system, xs, ps, rhs, false), [...xs, ...ps, ...tangents]);
}

/** One linear solve with ∂₁F, or with its transpose for reverse mode, off the tape. */
function solveLinear(
  system: RootSystem,
  xs: tf.Tensor[],
  ps: tf.Tensor[],
  rhs: tf.Tensor[],
  reverse: boolean,
): tf.Tensor[] {
  return offTape(() => {
    const packing = packingOf(xs, system.batched);
    const operator = system.operator(xs, ps);
    try {
      const factorization = system.linsolve.factor(operator);
      try {
        const b = packing.pack(rhs);
        const side = reverse !== system.transposed;
        const u = side ? factorization.solveTranspose(b) : factorization.solve(b);
        const info = factorization.info!;
        system.onGradient?.(info);
        const pullback = reverse ? (v: tf.Tensor) => system.pullback(packing.unpack(v), xs, ps) : undefined;
        const solve = {operator, transpose: side, b, u: u as tf.Tensor2D, info, pullback};
        return packing.unpack(checkedSolution(system.linsolve, system.policy, solve));
      } finally {
        factorization.dispose();
      }
    } finally {
      operator.dispose();
    }
  });
}
