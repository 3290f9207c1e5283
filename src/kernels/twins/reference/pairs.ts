/** @file The routines of `PairKernels` in plain TypeScript. This twin defines what the host kernels compute. */
import type {PairKernels} from '../../contracts/pairs.js';

const larger = (a: number, b: number) => (b > a ? b : a);

export const referencePairs: PairKernels = {
  dualResidual(Px, q, x, tau, r, out) {
    out.fill(0);
    for (let j = 0; j < Px.length; j++) {
      out[0] += x[j] * Px[j];
      out[1] += q[j] * x[j];
      out[2] = larger(out[2], Math.abs(Px[j]));
      out[3] = larger(out[3], Math.abs(r[j] - Px[j]));
      r[j] += tau * q[j];
      out[4] = larger(out[4], Math.abs(r[j]));
    }
  },

  primalResidual(s, y, d, tau, r, out) {
    out.fill(0);
    for (let i = 0; i < s.length; i++) {
      out[0] += d[i] * y[i];
      out[1] += s[i] * y[i];
      out[2] = larger(larger(out[2], Math.abs(r[i])), s[i]);
      const together = r[i] + s[i];
      out[3] = larger(out[3], Math.abs(together));
      r[i] = together - tau * d[i];
      out[4] = larger(out[4], Math.abs(r[i]));
    }
  },

  invertPairs(s, y, inverseS, inverseY, w) {
    for (let i = 0; i < s.length; i++) {
      inverseS[i] = 1 / s[i];
      inverseY[i] = 1 / y[i];
      w[i] = s[i] * inverseY[i];
    }
  },

  pushPairs(s, products, target, inverseY, r, keep, push, g) {
    for (let i = 0; i < s.length; i++) {
      push[i] = s[i] + (products[i] - target) * inverseY[i];
      g[i] = push[i] - keep * r[i];
    }
  },

  stepPairs(push, w, dy, inverseS, inverseY, ds, products) {
    let shrink = 0;
    for (let i = 0; i < push.length; i++) {
      ds[i] = -(push[i] + w[i] * dy[i]);
      products[i] = ds[i] * dy[i];
      shrink = larger(larger(shrink, -ds[i] * inverseS[i]), -dy[i] * inverseY[i]);
    }
    return shrink;
  },

  centrality(s, y, ds, dy, alpha, first) {
    let sum = first;
    let least = first;
    for (let i = 0; i < s.length; i++) {
      const product = (s[i] + alpha * ds[i]) * (y[i] + alpha * dy[i]);
      sum += product;
      if (product < least) least = product;
    }
    return (least / sum) * (s.length + 1);
  },

  eliminated(weights, image, g, dy, y, total) {
    for (let i = 0; i < weights.length; i++) {
      dy[i] = weights[i] * (image[i] - g[i]);
      y[i] += dy[i];
      total[i] += image[i];
    }
  },

  remainder(mask, g, image, w, y, r) {
    let largest = 0;
    for (let i = 0; i < mask.length; i++) {
      r[i] = mask[i] * (g[i] - image[i]) + w[i] * y[i];
      largest = Math.max(largest, Math.abs(r[i]));
    }
    return largest;
  },
};
