/** @file A step of the interior-point method on the homogeneous embedding: Mehrotra's predictor and corrector. */
import {
  all,
  and,
  asNumber,
  dot,
  filled,
  isFinite,
  isGreater,
  isLess,
  maximum,
  max,
  minus,
  mul,
  neg,
  not,
  or,
  over,
  plus,
  minimum,
  times,
  addN,
  where,
  type Doubles,
  type Flags,
} from './arrays/index.js';
import {centralStep} from './central-step.js';
import type {Embedding, State} from './embedding.js';
import {KktFactors} from './kkt-factors.js';

/** The fraction of the distance to the boundary that a step may go. */
const STEP_FRACTION = 0.995;
/** How the regularisation grows where a factorisation fails. */
const MAX_DELTA = 1e-5;
const GROWTH = 100;

/** One step of the samples that are not done. */
export function embeddingStep(
  embedding: Embedding,
  state: State,
  isDone: Flags,
  {Px, rx, ry, mu, rTau}: Record<'Px' | 'rx' | 'ry' | 'mu' | 'rTau', Doubles>,
  corrections: number,
): Pick<State, 'x' | 'y' | 's' | 'tau' | 'kappa' | 'delta' | 'iterations'> {
  const {problem, soft, isSoft} = embedding;
  const {P, C, q, d} = problem;
  const {x, y, s, tau, kappa, delta, iterations} = state;
  // Where there is no pair, one.
  const [sOr1, yOr1] = [where(isSoft, s, 1), where(isSoft, y, 1)];
  const [inverseS, inverseY] = [times(soft, over(1, sOr1)), times(soft, over(1, yOr1))];
  const w = times(s, inverseY);
  const factors = new KktFactors(P, C, embedding.rows(where(isDone, soft, times(y, inverseS)), w), delta);
  const refined = (f: Doubles, g: Doubles) =>
    corrections > 0 ? factors.refined(f, g, corrections) : factors.solve(f, g);
  const constantPart = refined(neg(q), d);
  // κ/τ + ‖x₂ − ξ‖²_P + y₂ᵀW y₂, a sum of squares that is never zero.
  const off = minus(constantPart.x, over(x, tau));
  const square = dot(off, minus(mul(P, constantPart.x), over(Px, tau)));
  const weighted = dot(constantPart.y, times(w, constantPart.y));
  const denominator = addN(over(kappa, tau), maximum(0, square), weighted);

  const direction = (
    keep: Doubles,
    target: Doubles,
    products: Doubles | null,
    dKappa: Doubles,
    solve: (f: Doubles, g: Doubles) => {x: Doubles; y: Doubles},
  ) => {
    const pushed = products ? minus(products, target) : neg(target);
    const push = times(soft, plus(s, times(pushed, inverseY)));
    const affine = solve(neg(times(keep, rx)), minus(push, times(keep, ry)));
    // 2ξᵀP Δx with ξ = x/τ.
    const slope = addN(times(over(2, tau), dot(Px, affine.x)), dot(q, affine.x), dot(d, affine.y));
    const dTau = over(addN(times(keep, rTau), neg(over(dKappa, tau)), slope), denominator);
    const dx = plus(affine.x, times(dTau, constantPart.x));
    const dy = plus(affine.y, times(dTau, constantPart.y));
    const ds = times(soft, neg(plus(push, times(w, dy))));
    const dKap = neg(over(plus(dKappa, times(kappa, dTau)), tau));
    const shrink = maximum(max(maximum(neg(times(ds, inverseS)), neg(times(soft, times(dy, inverseY))))), 0);
    // 1/α for the largest step α to the boundary.
    const boundary = maximum(shrink, maximum(neg(over(dTau, tau)), neg(over(dKap, kappa))));
    return {dx, dy, ds, dTau, dKap, alpha: over(1, maximum(boundary, 1e-30))};
  };

  const one = filled([1, 1, 1], 1);
  const zero = filled([1, 1, 1], 0);
  const predictor = direction(one, zero, null, times(kappa, tau), (f, g) => factors.solve(f, g));
  const reach = minus(1, minimum(1, predictor.alpha));
  const sigma = times(reach, times(reach, reach));
  const target = times(sigma, mu);
  const products = times(predictor.ds, times(soft, predictor.dy));
  const dKappa = addN(times(kappa, tau), times(predictor.dKap, predictor.dTau), neg(target));
  const corrector = direction(minus(1, sigma), target, products, dKappa, refined);
  const longest = minimum(1, times(STEP_FRACTION, corrector.alpha));
  const length = centralStep(embedding, state, corrector, longest);
  const isSound = and(
    isFinite(length),
    all(isFinite(corrector.dx)),
    all(isFinite(corrector.dy)),
    all(isFinite(corrector.ds)),
  );
  const moves = and(not(isDone), isSound);
  const stuck = and(not(isDone), not(isSound));
  const move = (from: Doubles, along: Doubles) => where(moves, plus(from, times(length, along)), from);
  const [tau1, kappa1] = [move(tau, corrector.dTau), move(kappa, corrector.dKap)];
  // The embedding is homogeneous: its numbers are kept near one.
  const size = maximum(maximum(tau1, kappa1), 1e-30);
  const leaves = and(moves, or(isGreater(size, 1e3), isLess(size, 1e-3)));
  const scaled = (v: Doubles) => where(leaves, over(v, size), v);
  return {
    x: scaled(move(x, corrector.dx)),
    y: scaled(move(y, corrector.dy)),
    s: scaled(move(s, corrector.ds)),
    tau: scaled(tau1),
    kappa: scaled(kappa1),
    delta: where(stuck, minimum(times(GROWTH, delta), MAX_DELTA), delta),
    iterations: plus(iterations, asNumber(not(isDone))),
  };
}
