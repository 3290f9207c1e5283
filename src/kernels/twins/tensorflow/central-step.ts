/** @file The length of a step of the interior-point method. */
import {
  constant,
  filled,
  isAtLeast,
  isGreater,
  max,
  neg,
  over,
  plus,
  minimum,
  sum,
  times,
  transpose,
  where,
  type Doubles,
} from './arrays/index.js';
import type {Embedding, State} from './embedding.js';

/** The smallest product of a pair after a step, relative to the mean; and the shorter steps that are tried. */
const CENTRALITY = 1e-3;
const SHORTER = Array.from({length: 24}, (_, i) => 0.8 ** i);

/** Shortens a step until no product of a pair is far below the mean, because a point too close to the boundary gets stuck. */
export function centralStep(
  {problem, isSoft, soft}: Embedding,
  {s, y, tau, kappa}: State,
  {ds, dy, dTau, dKap}: {ds: Doubles; dy: Doubles; dTau: Doubles; dKap: Doubles},
  longest: Doubles,
): Doubles {
  const {m} = problem;
  const shares = constant(SHORTER, [1, 1, SHORTER.length]);
  const lengths = times(longest, shares);
  const centrality = (length: Doubles) => {
    const products = times(plus(s, times(length, ds)), plus(y, times(length, dy)));
    const first = times(plus(tau, times(length, dTau)), plus(kappa, times(length, dKap)));
    const sums = plus(first, sum(times(soft, products)));
    const least = m > 0 ? minimum(first, neg(max(neg(where(isSoft, products, Infinity))))) : first;
    return times(m + 1, over(least, sums));
  };
  const bound = minimum(CENTRALITY, times(0.5, centrality(filled([1, 1, 1], 0))));
  const allowed = where(isAtLeast(centrality(lengths), bound), lengths, 0);
  const found = max(transpose(allowed));
  return where(isGreater(found, 0), found, times(longest, SHORTER[SHORTER.length - 1]));
}
