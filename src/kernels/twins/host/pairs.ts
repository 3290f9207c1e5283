/** @file `PairKernels` on WebAssembly. */
import type {PairKernels} from '../../contracts/pairs.js';
import {placeOf as at} from './memory.js';
import type {Routines} from './module.js';

/** Uses the routines of the module of the dense kernels. */
export function hostPairs(routines: Routines): PairKernels {
  return {
    dualResidual: (Px, q, x, tau, r, out) =>
      void routines.dualResidual(at(Px), at(q), at(x), tau, at(r), Px.length, at(out)),
    primalResidual: (s, y, d, tau, r, out) =>
      void routines.primalResidual(at(s), at(y), at(d), tau, at(r), s.length, at(out)),
    invertPairs: (s, y, inverseS, inverseY, w) =>
      void routines.invertPairs(at(s), at(y), s.length, at(inverseS), at(inverseY), at(w)),
    pushPairs: (s, products, target, inverseY, r, keep, push, g) =>
      void routines.pushPairs(
        at(s),
        at(products),
        target,
        at(inverseY),
        at(r),
        keep,
        s.length,
        at(push),
        at(g),
      ),
    stepPairs: (push, w, dy, inverseS, inverseY, ds, products) =>
      routines.stepPairs(
        at(push),
        at(w),
        at(dy),
        at(inverseS),
        at(inverseY),
        push.length,
        at(ds),
        at(products),
      ),
    centrality: (s, y, ds, dy, alpha, first) =>
      routines.centrality(at(s), at(y), at(ds), at(dy), alpha, first, s.length),
    eliminated: (weights, image, g, dy, y, total) =>
      void routines.eliminated(at(weights), at(image), at(g), weights.length, at(dy), at(y), at(total)),
    remainder: (mask, g, image, w, y, r) =>
      routines.remainder(at(mask), at(g), at(image), at(w), at(y), mask.length, at(r)),
  };
}
