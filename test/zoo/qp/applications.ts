/** @file Quadratic programs as they come up: control, finance, learning, statistics, transport. */
import {
  add,
  box,
  dot,
  eye,
  gram,
  Grid,
  negate,
  ones,
  qpCase,
  times,
  toF32,
  transposedTimes,
  zeros,
  type QPCase,
} from './case.js';

/** On the simplex, with a dense Q of low rank: as the DUAL problems of Maros & Mészáros. */
export function dualLike(n: number, rank: number): QPCase {
  const name = `dual-like n=${n} rank=${rank}`;
  const grid = new Grid(name);
  const Q = gram(grid.matrix(rank, n), n);
  const {G, h} = box(n, 0, 0.75);
  return qpCase({name, Q, p: grid.vector(n), G, h, A: [ones(n)], b: [1]});
}

/** A nearly diagonal Q under many dense rows, of which few are active: as their PRIMAL problems. */
export function primalLike(n: number, m: number): QPCase {
  const name = `primal-like n=${n} m=${m}`;
  const grid = new Grid(name);
  const p = grid.vector(n).map((value) => 4 * value);
  return qpCase({name, Q: eye(n), p, G: grid.matrix(m, n), h: ones(m)});
}

/** Inputs within ±1 steer a chain of masses to rest; the states are eliminated, so Q is dense. */
export function mpc(kind: 'double integrator' | 'mass-spring', horizon: number): QPCase {
  const step = kind === 'mass-spring' ? 0.25 : 0.125;
  const masses = kind === 'mass-spring' ? 3 : 1;
  const size = 2 * masses;
  // Semi-implicit Euler: v += step·(−Kx + u on the first mass), x += step·v.
  const advance = (state: number[], u: number): number[] => {
    const x = state.slice(0, masses);
    const v = state.slice(masses).map((value, i) => {
      const spring =
        kind === 'mass-spring' ? 2 * x[i] - (i > 0 ? x[i - 1] : 0) - (i < masses - 1 ? x[i + 1] : 0) : 0;
      return value + step * ((i === 0 ? u : 0) - spring);
    });
    return [...x.map((value, i) => value + step * v[i]), ...v];
  };
  const free: number[][] = [];
  let state = Array.from({length: size}, (_, i) => (i < masses ? 2 - i : 0.5));
  for (let t = 0; t < horizon; t++) free.push((state = advance(state, 0)));
  const response: number[][] = [];
  state = ones(size, 0);
  for (let t = 0; t < horizon; t++) response.push((state = advance(state, t === 0 ? 1 : 0)));
  // Stacked states = free + T u; ½‖stacked‖² + ½·0.1·‖u‖².
  const T = free.flatMap((_, t) =>
    Array.from({length: size}, (__, i) =>
      Array.from({length: horizon}, (___, s) => (s <= t ? response[t - s][i] : 0)),
    ),
  );
  const Q = gram(T, horizon).map((row, i) => row.with(i, row[i] + 0.1));
  const p = transposedTimes(T, free.flat(), horizon);
  return toF32(qpCase({name: `mpc ${kind} horizon=${horizon}`, Q, p, ...box(horizon, -1, 1)}));
}

/** Markowitz: min ½γ xᵀ(FFᵀ + D)x − μᵀx, x ≥ 0, Σx = 1; the factors y = Fᵀx as variables of their own, or not. */
export function portfolio(assets: number, factors: number, sparse: boolean): QPCase {
  const name = `portfolio assets=${assets} factors=${factors}${sparse ? ' sparse' : ''}`;
  const grid = new Grid(`portfolio ${assets} ${factors}`);
  const F = grid.matrix(factors, assets, 0.5);
  const D = Array.from({length: assets}, () => grid.positive());
  const p = grid.vector(assets).map((value) => -value);
  const diagonal = (v: number[]) => zeros(v.length, v.length).map((row, i) => row.with(i, v[i]));
  if (!sparse) {
    const Q = gram(F, assets).map((row, i) => row.with(i, row[i] + D[i]));
    return qpCase({name, Q, p, G: eye(assets, -1), h: ones(assets, 0), A: [ones(assets)], b: [1]});
  }
  const tail = ones(factors, 0);
  return qpCase({
    name,
    Q: diagonal([...D, ...ones(factors)]),
    p: [...p, ...tail],
    G: eye(assets, -1).map((row) => [...row, ...tail]),
    h: ones(assets, 0),
    A: [[...ones(assets), ...tail], ...F.map((row, i) => [...row, ...tail.with(i, -1)])],
    b: [1, ...tail],
  });
}

/** Dual of the support vector machine: min ½‖Σ αᵢyᵢzᵢ‖² − Σα, 0 ≤ α ≤ C, Σ yᵢαᵢ = 0; Q has the rank of the features. */
export function svmDual(n: number, features: number, C: number): QPCase {
  const name = `svm n=${n} features=${features} C=${C}`;
  const grid = new Grid(name);
  const y = Array.from({length: n}, (_, i) => (i % 2 === 0 ? 1 : -1));
  const Z = zeros(features, n).map((row, f) =>
    row.map((_, i) => y[i] * (grid.normal() + (f === 0 ? y[i] : 0))),
  );
  return qpCase({name, Q: gram(Z, n), p: ones(n, -1), ...box(n, 0, C), A: [y], b: [0]});
}

/** ½‖D(u − v) − y‖² + l1 Σ(u + v), u, v ≥ 0: Q is singular, and u, v are not both positive at a solution. */
export function lasso(features: number, samples: number, l1: number): QPCase {
  const name = `lasso features=${features} samples=${samples} l1=${l1}`;
  const grid = new Grid(name);
  const D = grid.matrix(samples, features);
  const y = times(
    D,
    Array.from({length: features}, (_, i) => (i < 3 ? 2 : 0)),
  ).map((value) => value + grid.normal());
  const split = D.map((row) => [...row, ...row.map((value) => -value)]);
  const n = 2 * features;
  const p = transposedTimes(split, y, n).map((value) => l1 - value);
  return qpCase({name, Q: gram(split, n), p, G: eye(n, -1), h: ones(n, 0), constant: dot(y, y) / 2});
}

/** Row sums and column sums given, cost at random: a linear program, degenerate, one equality redundant. */
export function transport(sources: number, sinks: number): QPCase {
  const name = `transport ${sources}×${sinks}`;
  const grid = new Grid(name);
  const n = sources * sinks;
  const plan = Array.from({length: n}, () => grid.integer(0, 2));
  const sums = (count: number, of: (entry: number) => number) =>
    Array.from({length: count}, (_, i) => plan.map((__, entry) => (of(entry) === i ? 1 : 0)));
  const A = [
    ...sums(sources, (entry) => Math.floor(entry / sinks)),
    ...sums(sinks, (entry) => entry % sinks),
  ];
  const p = plan.map(() => grid.integer(1, 20));
  return qpCase({name, p, G: eye(n, -1), h: ones(n, 0), A, b: times(A, plan)});
}

/** The plan that assigns each of n workers one job: every vertex is degenerate. */
export function assignment(n: number): QPCase {
  const {p, G, h, A} = transport(n, n);
  return qpCase({name: `assignment ${n}`, p, G, h, A, b: ones(2 * n)});
}

/** min Σ|Dx − y| as a linear program in (x, residual bounds). */
export function leastAbsoluteDeviations(features: number, samples: number): QPCase {
  const name = `least absolute deviations features=${features} samples=${samples}`;
  const grid = new Grid(name);
  const D = grid.matrix(samples, features);
  const y = grid.vector(samples);
  const bounds = eye(samples, -1);
  const G = [
    ...D.map((row, i) => [...row, ...bounds[i]]),
    ...negate(D).map((row, i) => [...row, ...bounds[i]]),
  ];
  const p = [...ones(features, 0), ...ones(samples)];
  return qpCase({name, p, G, h: [...y, ...y.map((value) => -value)]});
}

/** The closest increasing sequence to y. */
export function isotonic(n: number): QPCase {
  const name = `isotonic n=${n}`;
  const y = new Grid(name).vector(n);
  const G = eye(n)
    .slice(1)
    .map((row, i) => row.with(i, 1).with(i + 1, -1));
  return qpCase({name, Q: eye(n), p: y.map((v) => -v), G, h: ones(n - 1, 0), constant: dot(y, y) / 2});
}

/** Klee & Minty's cube in n dimensions; optimum −5ⁿ. */
export function kleeMinty(n: number): QPCase {
  const G = zeros(n, n).map((row, i) => row.map((_, j) => (j < i ? 2 ** (i - j + 1) : i === j ? 1 : 0)));
  const h = G.map((_, i) => 5 ** (i + 1));
  const p = ones(n).map((_, i) => -(2 ** (n - 1 - i)));
  return qpCase({
    name: `Klee–Minty n=${n}`,
    p,
    G: [...G, ...eye(n, -1)],
    h: [...h, ...ones(n, 0)],
    optimum: -(5 ** n),
  });
}

/** A random linear program in a box: bounded, its optimum at a vertex. */
export function boxedLP(n: number, m: number, k: number): QPCase {
  const name = `boxed LP n=${n} m=${m} k=${k}`;
  const grid = new Grid(name);
  const [rows, A] = [grid.matrix(m, n), grid.matrix(k, n)];
  const inside = Array.from({length: n}, () => grid.integer(-4, 4) / 8);
  const bounds = box(n, -1, 1);
  const h = add(times(rows, inside), ones(m, 0.5));
  return qpCase({
    name,
    p: grid.vector(n),
    G: [...rows, ...bounds.G],
    h: [...h, ...bounds.h],
    A,
    b: times(A, inside),
  });
}
