/**
 * @file The problems of the README and the tutorials of cvxpylayers, as far as the cones allow. Where a tutorial needs the exponential cone, a
 * problem of the same purpose stands for it: a quadratic entropy for the entropy, hinge losses for the logistic one, squares for logarithms.
 */
import {convex} from '../../src/index.js';
import {seededRandom} from '../zoo/linear-systems.js';

const {add, cumsum, diff, equal, greaterEqual, lessEqual, matMul, mul, neg, norm1, norm2, normInf} = convex;
const {parameter, pos, problem, slice, square, sub, sum, sumSquares, totalVariation, transpose} = convex;
const {variable} = convex;

/** A problem and the values of its parameters, row by row. */
export interface Tutorial {
  problem: convex.ConvexProblem;
  values: Record<string, number[]>;
}

/** Draws values: multiples of 1/256, which f32 has exactly. */
class Source {
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** Between two numbers. */
  between(low: number, high: number, count = 1): number[] {
    return Array.from({length: count}, () => Math.round(256 * (low + (high - low) * this.random())) / 256);
  }

  /** Around zero. */
  around(count: number, size = 1): number[] {
    return this.between(-size, size, count).map((value) => value || size / 2);
  }

  /** A matrix near the identity. */
  near(n: number, size = 0.5): number[] {
    return this.around(n * n, size).map((value, at) => value + Number(at % (n + 1) === 0));
  }
}

const regularized = (shape: [number, number]) => ({
  A: parameter('A', shape),
  b: parameter('b', [shape[0]]),
  x: variable('x', [shape[1]]),
});

/** A network of goods: each link leads from a store or supplier to a store or customer. */
const LINKS = [
  {from: null, to: 0},
  {from: null, to: 1},
  {from: 0, to: 2},
  {from: 1, to: 2},
  {from: 1, to: 0},
  {from: 2, to: null},
  {from: 0, to: null},
];
const enters = [0, 1, 2].map((node) => LINKS.map(({to}) => Number(to === node)));
const leaves = [0, 1, 2].map((node) => LINKS.map(({from}) => Number(from === node)));

export const TUTORIALS: Record<string, () => Tutorial> = {
  'the README: a nonnegative fit in the 1-norm': () => {
    const {A, b, x} = regularized([3, 2]);
    const from = new Source(1);
    return {
      problem: problem({
        minimize: mul(0.5, norm1(sub(matMul(A, x), b))),
        subjectTo: [greaterEqual(x, 0, {name: 'nonnegative'})],
      }),
      values: {A: from.around(6), b: from.between(0.2, 1, 3)},
    };
  },

  lasso: () => {
    const {A, b, x} = regularized([7, 4]);
    const lambda = parameter('lambda', [], {sign: 'nonNegative'});
    const from = new Source(2);
    return {
      problem: problem({minimize: add(sumSquares(sub(matMul(A, x), b)), mul(lambda, norm1(x)))}),
      values: {A: from.around(28), b: from.around(7, 2), lambda: [0.75]},
    };
  },

  ReLU: () => {
    const [x, y] = [parameter('x', [5]), variable('y', [5])];
    return {
      problem: problem({minimize: sumSquares(sub(y, x)), subjectTo: [greaterEqual(y, 0)]}),
      values: {x: new Source(3).around(5)},
    };
  },

  'a sigmoid by the quadratic entropy': () => {
    const [x, y] = [parameter('x', [5]), variable('y', [5])];
    const entropy = mul(2, sum(sub(y, square(y))));
    return {
      problem: problem({
        maximize: add(matMul(x, y), entropy),
        subjectTo: [greaterEqual(y, 0), lessEqual(y, 1)],
      }),
      values: {x: new Source(4).around(5, 3)},
    };
  },

  sparsemax: () => {
    const [x, y] = [parameter('x', [6]), variable('y', [6], {sign: 'nonNegative'})];
    return {
      problem: problem({minimize: sumSquares(sub(x, y)), subjectTo: [equal(sum(y), 1)]}),
      values: {x: new Source(5).around(6, 0.8)},
    };
  },

  'constrained sparsemax': () => {
    const [x, limit] = [parameter('x', [6]), parameter('limit', [6])];
    const y = variable('y', [6], {sign: 'nonNegative'});
    const from = new Source(6);
    return {
      problem: problem({
        minimize: sumSquares(sub(x, y)),
        subjectTo: [equal(sum(y), 1, {name: 'budget'}), lessEqual(y, limit, {name: 'limit'})],
      }),
      values: {x: from.around(6, 0.8), limit: from.between(0.15, 0.4, 6)},
    };
  },

  'a quadratic program as a layer': () => {
    const x = variable('x', [4]);
    const root = parameter('Root', [4, 4]);
    const [A, b] = [parameter('A', [1, 4]), parameter('b', [1])];
    const [G, h] = [parameter('G', [3, 4]), parameter('h', [3])];
    const from = new Source(7);
    return {
      problem: problem({
        minimize: add(mul(0.5, sumSquares(matMul(root, x))), matMul(parameter('p', [4]), x)),
        subjectTo: [equal(matMul(A, x), b), lessEqual(matMul(G, x), h)],
      }),
      values: {
        ...{Root: from.near(4), p: from.around(4, 2), A: from.around(4), b: [0.5]},
        ...{G: from.around(12), h: from.between(0.2, 0.6, 3)},
      },
    };
  },

  'a polyhedron that is learned': () => {
    const [x, y] = [parameter('x', [2]), variable('y', [2])];
    const [G, h] = [parameter('G', [4, 2]), parameter('h', [4])];
    return {
      problem: problem({
        minimize: mul(0.5, sumSquares(sub(x, y))),
        subjectTo: [lessEqual(matMul(G, y), h)],
      }),
      values: {x: [2, 1.5], G: [1, 0.25, 0.25, 1, -1, 0.5, 0.125, -1], h: [1, 1, 0.75, 1.25]},
    };
  },

  'an ellipsoid that is learned': () => {
    const [x, y] = [parameter('x', [2]), variable('y', [2])];
    const [A, b] = [parameter('A', [2, 2]), parameter('b', [2])];
    return {
      problem: problem({
        minimize: mul(0.5, sumSquares(sub(x, y))),
        subjectTo: [lessEqual(mul(0.5, sumSquares(add(matMul(A, y), b))), 1)],
      }),
      values: {x: [2, 1.5], A: [1.25, 0.25, -0.5, 0.75], b: [0.25, -0.5]},
    };
  },

  'data poisoning: a classifier as a function of its data': () => {
    const X = parameter('X', [8, 2]);
    const [w, c] = [variable('w', [2]), variable('c')];
    const labels = [1, 1, 1, 1, -1, -1, -1, -1];
    const loss = convex.mean(square(pos(sub(1, mul(labels, add(matMul(X, w), c))))));
    const from = new Source(10);
    return {
      problem: problem({minimize: add(loss, mul(0.05, norm1(w)), mul(0.1, sumSquares(w)))}),
      values: {
        X: labels.flatMap((label) => [label * 0.5 + from.around(1)[0], label * 0.25 + from.around(1)[0]]),
      },
    };
  },

  'data poisoning: a regression as a function of its data': () => {
    const {A: X, b: y, x: w} = regularized([6, 3]);
    const from = new Source(11);
    const huber = convex.mean(convex.huber(sub(matMul(X, w), y), 0.5));
    return {
      problem: problem({minimize: add(huber, mul(0.1, norm1(w)), mul(0.05, sumSquares(w)))}),
      values: {A: from.around(18), b: from.around(6, 2)},
    };
  },

  'a portfolio with costs of trading': () => {
    const [w, trade, before] = [variable('w', [5]), variable('trade', [5]), parameter('before', [5])];
    const factors = parameter('Factors', [3, 5]);
    const [cost, leverage] = [parameter('cost', [], {sign: 'nonNegative'}), parameter('leverage')];
    const from = new Source(12);
    return {
      problem: problem({
        maximize: sub(
          sub(matMul(parameter('returns', [5]), w), mul(cost, norm1(trade))),
          add(sumSquares(matMul(factors, w)), mul(0.5, sumSquares(w))),
        ),
        subjectTo: [
          equal(w, add(before, trade), {name: 'trade'}),
          equal(sum(w), 1, {name: 'budget'}),
          lessEqual(norm1(w), leverage, {name: 'leverage'}),
        ],
      }),
      values: {
        ...{before: [0.25, 0.125, 0.25, 0.125, 0.25], Factors: from.around(15), returns: from.around(5, 2)},
        ...{cost: [0.0625], leverage: [1.5]},
      },
    };
  },

  'a portfolio of limited risk': () => {
    const w = variable('w', [4], {sign: 'nonNegative'});
    const from = new Source(13);
    return {
      problem: problem({
        maximize: matMul(parameter('returns', [4]), w),
        subjectTo: [
          lessEqual(norm2(matMul(parameter('Root', [4, 4]), w)), parameter('risk'), {name: 'risk'}),
          equal(sum(w), 1, {name: 'budget'}),
        ],
      }),
      values: {returns: [0.25, 0.5, 1, 0.75], Root: from.near(4, 0.25), risk: [0.6875]},
    };
  },

  'control by an approximate value function': () => {
    const [next, u] = [variable('next', [3]), variable('u', [2])];
    const [value, x] = [parameter('Value', [3, 3]), parameter('x', [3])];
    const [A, B] = [parameter('A', [3, 3]), parameter('B', [3, 2])];
    const from = new Source(14);
    return {
      problem: problem({
        minimize: add(sumSquares(matMul(value, next)), mul(0.5, sumSquares(u))),
        subjectTo: [
          equal(next, add(matMul(A, x), matMul(B, u)), {name: 'dynamics'}),
          lessEqual(norm2(u), 0.5, {name: 'thrust'}),
        ],
      }),
      values: {Value: from.near(3), x: from.around(3, 3), A: from.near(3), B: from.around(6)},
    };
  },

  'linear quadratic control with limits over a horizon': () => {
    const steps = 5;
    const [X, U] = [variable('X', [steps + 1, 2]), variable('U', [steps, 1])];
    const [A, B] = [parameter('A', [2, 2]), parameter('B', [2, 1])];
    const [first, target, limit] = [parameter('first', [2]), parameter('target', [2]), parameter('limit')];
    const [from, to] = [slice(X, 0, steps), slice(X, 1)];
    return {
      problem: problem({
        minimize: add(sumSquares(sub(to, target)), mul(0.125, sumSquares(U))),
        subjectTo: [
          equal(slice(X, 0, 1), convex.reshape(first, [1, 2]), {name: 'start'}),
          equal(to, add(matMul(from, transpose(A)), matMul(U, transpose(B))), {name: 'dynamics'}),
          lessEqual(normInf(U), limit, {name: 'force'}),
        ],
      }),
      values: {
        A: [1, 0.25, -0.125, 1],
        B: [0.0625, 0.5],
        first: [1.5, 0],
        target: [0.25, -0.125],
        limit: [0.625],
      },
    };
  },

  'a supply chain': () => {
    const links = LINKS.length;
    const [stock, shipped] = [variable('stock', [3]), variable('shipped', [links])];
    const [now, capacity] = [parameter('now', [3]), parameter('capacity', [links])];
    const value = parameter('Value', [3, 3]);
    const from = new Source(16);
    return {
      problem: problem({
        minimize: add(
          matMul(parameter('costs', [links]), shipped),
          sumSquares(matMul(value, stock)),
          matMul(parameter('slopes', [3]), stock),
        ),
        subjectTo: [
          equal(stock, add(now, matMul(sub(enters, leaves), shipped)), {name: 'balance'}),
          lessEqual(matMul(leaves, shipped), now, {name: 'stock'}),
          greaterEqual(shipped, 0),
          lessEqual(shipped, capacity, {name: 'capacity'}),
          lessEqual(stock, 3, {name: 'room'}),
        ],
      }),
      values: {
        ...{now: from.between(0.5, 1.5, 3), capacity: from.between(0.4, 1.2, links)},
        ...{
          costs: [0.5, 0.75, 0.25, 0.125, 0.375, -2, -1.5],
          Value: from.near(3, 0.25),
          slopes: [-1, -0.5, -0.75],
        },
      },
    };
  },

  'a resource allocation by quadratic utilities': () => {
    const x = variable('x', [4]);
    const [weights, use] = [parameter('weights', [4], {sign: 'nonNegative'}), parameter('Use', [2, 4])];
    const from = new Source(17);
    return {
      problem: problem({
        maximize: sum(sub(mul(weights, x), mul(0.5, square(x)))),
        subjectTo: [
          lessEqual(matMul(use, x), parameter('capacity', [2]), {name: 'capacity'}),
          greaterEqual(x, 0),
        ],
      }),
      values: {weights: from.between(0.5, 2, 4), Use: from.between(0.25, 1, 8), capacity: [2, 1.75]},
    };
  },

  'a signal that is denoised': () => {
    const [x, y] = [variable('x', [8]), parameter('y', [8])];
    const strength = parameter('strength', [], {sign: 'nonNegative'});
    const curvature = parameter('Curvature', [3, 8]);
    const from = new Source(18);
    return {
      problem: problem({
        minimize: add(
          mul(0.5, sumSquares(sub(y, x))),
          mul(strength, totalVariation(x)),
          mul(0.5, sumSquares(matMul(curvature, x))),
        ),
      }),
      values: {y: from.around(8, 2), strength: [0.375], Curvature: from.around(24, 0.5)},
    };
  },

  'a monotone regression': () => {
    const [y, step] = [variable('y', [6]), variable('step', [5], {sign: 'nonNegative'})];
    const from = new Source(19);
    const rising = add(slice(y, 0, 1), cumsum(step));
    return {
      problem: problem({
        minimize: sumSquares(sub(y, matMul(parameter('X', [6, 2]), parameter('theta', [2])))),
        subjectTo: [equal(slice(y, 1), rising), lessEqual(neg(diff(y)), 0)],
      }),
      values: {X: from.around(12, 2), theta: [1, -0.5]},
    };
  },
};
