/**
 * @file Nesterov-Todd scalings: for s and y inside a cone, the linear map W with W y = W⁻ᵀ s = λ.
 *
 * Vandenberghe 2010, The CVXOPT linear and quadratic cone program solvers, section 4.
 */
import {choleskyInPlace} from '../../twins/reference/cholesky.js';
import {symmetricEigen} from '../linalg/eigh.js';
import {svd} from '../linalg/svd.js';
import {matrixOf, product, triangleOf, type ConeBlock} from './cones.js';
import {tailNorm} from './projection.js';

export interface BlockScaling {
  readonly lambda: Float64Array;
  /** W v. */
  times(v: Float64Array): Float64Array;
  /** Wᵀ v. */
  timesTransposed(v: Float64Array): Float64Array;
  /** WᵀW, a row-major matrix. */
  square(): Float64Array;
  /** λ \ v: the vector whose Jordan product with λ is v. */
  divide(v: Float64Array): Float64Array;
  /** The Jordan product. */
  jordan(a: Float64Array, b: Float64Array): Float64Array;
  /** The unit element of the Jordan product. */
  unit(): Float64Array;
  /** 1/α for the largest α with λ + αv in the cone; 0 if there is no largest α. */
  blocking(v: Float64Array): number;
}

/** The scaling, or `null` if s or y is not inside the cone. */
export function scalingOf(block: ConeBlock, s: Float64Array, y: Float64Array): BlockScaling | null {
  if (block.kind === 'ray') return ray(s[0], y[0]);
  return block.kind === 'secondOrder' ? secondOrder(s, y) : semidefinite(s, y, block.order);
}

function ray(s: number, y: number): BlockScaling | null {
  if (!(s > 0 && y > 0)) return null;
  const w = Math.sqrt(s / y);
  const lambda = Math.sqrt(s) * Math.sqrt(y);
  const of = (value: number) => Float64Array.of(value);
  return {
    lambda: of(lambda),
    times: (v) => of(w * v[0]),
    timesTransposed: (v) => of(w * v[0]),
    square: () => of(s / y),
    divide: (v) => of(v[0] / lambda),
    jordan: (a, b) => of(a[0] * b[0]),
    unit: () => of(1),
    blocking: (v) => Math.max(0, -v[0] / lambda),
  };
}

/** v₀² − ‖v₁‖². */
function lorentz(v: Float64Array): number {
  const tail = tailNorm(v);
  return (v[0] - tail) * (v[0] + tail);
}

function dot(a: Float64Array, b: Float64Array, from = 0): number {
  let sum = 0;
  for (let i = from; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function secondOrder(s: Float64Array, y: Float64Array): BlockScaling | null {
  const n = s.length;
  const [ofS, ofY] = [Math.sqrt(lorentz(s)), Math.sqrt(lorentz(y))];
  if (!(s[0] > 0 && y[0] > 0 && ofS > 0 && ofY > 0)) return null;
  const gamma = Math.sqrt(0.5 * (1 + dot(s, y) / ofS / ofY));
  const w = s.map((value, i) => (value / ofS + (i === 0 ? y[i] : -y[i]) / ofY) / (2 * gamma));
  const eta = Math.sqrt(ofS / ofY);
  const times = (v: Float64Array) => {
    const along = dot(w, v, 1);
    const out = new Float64Array(n);
    out[0] = eta * (w[0] * v[0] + along);
    const share = v[0] + along / (1 + w[0]);
    for (let i = 1; i < n; i++) out[i] = eta * (v[i] + share * w[i]);
    return out;
  };
  const lambda = times(y);
  const size = lorentz(lambda);
  if (!(size > 0)) return null;
  return {
    lambda,
    times,
    timesTransposed: times,
    square() {
      const out = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) out[i * n + j] = eta * eta * 2 * w[i] * w[j];
        out[i * n + i] += i === 0 ? -eta * eta : eta * eta;
      }
      return out;
    },
    divide(v) {
      const out = new Float64Array(n);
      const along = dot(lambda, v, 1);
      out[0] = (lambda[0] * v[0] - along) / size;
      for (let i = 1; i < n; i++) out[i] = (v[i] - out[0] * lambda[i]) / lambda[0];
      return out;
    },
    jordan(a, b) {
      const out = new Float64Array(n);
      out[0] = dot(a, b);
      for (let i = 1; i < n; i++) out[i] = a[0] * b[i] + b[0] * a[i];
      return out;
    },
    unit: () => Float64Array.from({length: n}, (_, i) => Number(i === 0)),
    blocking(v) {
      const tail = tailNorm(v);
      // The roots of (aα + 2b)α + c.
      const [a, b, c] = [(v[0] - tail) * (v[0] + tail), lambda[0] * v[0] - dot(lambda, v, 1), size];
      const discriminant = b * b - a * c;
      if (discriminant < 0) return Math.max(0, -v[0] / lambda[0]);
      const q = -(b + (b >= 0 ? 1 : -1) * Math.sqrt(discriminant));
      return Math.max(0, a / q || 0, q / c, -v[0] / lambda[0]);
    },
  };
}

function semidefinite(s: Float64Array, y: Float64Array, n: number): BlockScaling | null {
  const [L1, L2] = [s, y].map((triangle) => {
    const L = matrixOf(triangle, n);
    return choleskyInPlace(L, n) >= 0 ? null : L;
  });
  if (!L1 || !L2) return null;
  const {right, singularValues: sigma} = svd(product(L2, L1, n, 'a'), n);
  if (!sigma.every((value) => value > 0)) return null;
  // R = L₁ V Λ^(−1/2); the rows of `right` are the rows of Vᵀ.
  const R = product(L1, right, n, 'b');
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) R[i * n + j] /= Math.sqrt(sigma[j]);
  const turn = (v: Float64Array, transposed: boolean) => {
    const V = matrixOf(v, n);
    const out = new Float64Array(v.length);
    const turned = transposed ? product(product(R, V, n), R, n, 'b') : product(product(R, V, n, 'a'), R, n);
    triangleOf(turned, n, out);
    return out;
  };
  const ofDiagonal = (value: (i: number) => number) => {
    const out = new Float64Array(s.length);
    for (let i = 0, k = 0; i < n; k += n - i, i++) out[k] = value(i);
    return out;
  };
  const entrywise = (v: Float64Array, factor: (i: number, j: number) => number) => {
    const V = matrixOf(v, n);
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) V[i * n + j] *= factor(i, j);
    return V;
  };
  return {
    lambda: ofDiagonal((i) => sigma[i]),
    times: (v) => turn(v, false),
    timesTransposed: (v) => turn(v, true),
    square() {
      const T = product(R, R, n, 'b');
      const size = s.length;
      const out = new Float64Array(size * size);
      const pairs: [number, number][] = [];
      for (let j = 0; j < n; j++) for (let i = j; i < n; i++) pairs.push([i, j]);
      pairs.forEach(([i, j], row) =>
        pairs.forEach(([k, l], column) => {
          const both = T[i * n + k] * T[j * n + l] + T[i * n + l] * T[j * n + k];
          out[row * size + column] = (i === j ? Math.SQRT1_2 : 1) * (k === l ? Math.SQRT1_2 : 1) * both;
        }),
      );
      return out;
    },
    divide(v) {
      const out = new Float64Array(v.length);
      triangleOf(
        entrywise(v, (i, j) => 2 / (sigma[i] + sigma[j])),
        n,
        out,
      );
      return out;
    },
    jordan(a, b) {
      const out = new Float64Array(a.length);
      triangleOf(product(matrixOf(a, n), matrixOf(b, n), n), n, out);
      return out;
    },
    unit: () => ofDiagonal(() => 1),
    blocking(v) {
      const scaled = entrywise(v, (i, j) => 1 / Math.sqrt(sigma[i] * sigma[j]));
      return Math.max(0, -symmetricEigen(scaled, n).values[0]);
    },
  };
}
