/** @file `PairKernels` on WebAssembly. */
import type {PairKernels} from '../pairs.js';
import type {Routines} from './module.js';

/** On the routines of the module of the dense kernels. */
export function hostPairs(routines: Routines): PairKernels {
  return {
    dualResidual: (Px, q, x, tau, r, out) =>
      void routines.dualResidual(
        Px.byteOffset,
        q.byteOffset,
        x.byteOffset,
        tau,
        r.byteOffset,
        Px.length,
        out.byteOffset,
      ),
    primalResidual: (s, y, d, tau, r, out) =>
      void routines.primalResidual(
        s.byteOffset,
        y.byteOffset,
        d.byteOffset,
        tau,
        r.byteOffset,
        s.length,
        out.byteOffset,
      ),
    invertPairs: (s, y, inverseS, inverseY, w) =>
      void routines.invertPairs(
        s.byteOffset,
        y.byteOffset,
        s.length,
        inverseS.byteOffset,
        inverseY.byteOffset,
        w.byteOffset,
      ),
    pushPairs: (s, products, target, inverseY, r, keep, push, g) =>
      void routines.pushPairs(
        s.byteOffset,
        products.byteOffset,
        target,
        inverseY.byteOffset,
        r.byteOffset,
        keep,
        s.length,
        push.byteOffset,
        g.byteOffset,
      ),
    stepPairs: (push, w, dy, inverseS, inverseY, ds, products) =>
      routines.stepPairs(
        push.byteOffset,
        w.byteOffset,
        dy.byteOffset,
        inverseS.byteOffset,
        inverseY.byteOffset,
        push.length,
        ds.byteOffset,
        products.byteOffset,
      ),
    centrality: (s, y, ds, dy, alpha, first) =>
      routines.centrality(s.byteOffset, y.byteOffset, ds.byteOffset, dy.byteOffset, alpha, first, s.length),
    eliminated: (weights, image, g, dy, y, total) =>
      void routines.eliminated(
        weights.byteOffset,
        image.byteOffset,
        g.byteOffset,
        weights.length,
        dy.byteOffset,
        y.byteOffset,
        total.byteOffset,
      ),
    remainder: (mask, g, image, w, y, r) =>
      routines.remainder(
        mask.byteOffset,
        g.byteOffset,
        image.byteOffset,
        w.byteOffset,
        y.byteOffset,
        mask.length,
        r.byteOffset,
      ),
  };
}
