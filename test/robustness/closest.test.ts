/** @file onInfeasible: 'closest' against the closed form of the point that violates the constraints least. */
import {assert} from 'chai';
import {describeBackends} from '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';
import {solveWithGradients, type PlainQP} from '../helpers/qp-solved.js';

const closest = (problem: PlainQP, weights?: number[]) =>
  solveWithGradients(problem, {onInfeasible: 'closest', weights});

const I = [
  [1, 0],
  [0, 1],
];

/** The penalty leaves x off by about 1e-6 of the data. */
const TOLERANCE = 1e-5;

describeBackends("onInfeasible: 'closest'", () => {
  it('x ≤ 0 and x ≥ 2 give x = 1, whatever the objective', () => {
    for (const p of [-3, 0, 1]) {
      const {x, status, gradients} = closest({Q: [[1]], p: [p], G: [[1], [-1]], h: [0, -2]});
      assert.deepEqual(status, [1]);
      expectClose(x, [1], TOLERANCE);
      // x = Σgh / Σg²: dx/dh = g/2, dx/dg = (h − 2gx)/2.
      expectClose(gradients.h!, [0.5, -0.5], TOLERANCE);
      expectClose(gradients.G!, [-1, 0], TOLERANCE);
      expectClose(gradients.p!, [0], 0, TOLERANCE);
      expectClose(gradients.Q!, [0], 0, TOLERANCE);
    }
  });

  it('rows of different length weigh by their square, and inactive ones do not count', () => {
    const [g, h] = [
      [1, -3, 1],
      [0, -6, 9],
    ];
    const {x, gradients} = closest({Q: [[1]], p: [1], G: g.map((entry) => [entry]), h});
    // x = (0 + 18) / (1 + 9).
    const at = 1.8;
    expectClose(x, [at], TOLERANCE);
    expectClose(gradients.h!, [0.1, -0.3, 0], TOLERANCE);
    expectClose(gradients.G!, [(0 - 2 * at) / 10, (-6 + 6 * at) / 10, 0], TOLERANCE);
  });

  it('the objective chooses among the points that violate the constraints least', () => {
    // 2 ≤ x₁ ≤ 0, and x₂ free at 3.
    const G = [
      [1, 0],
      [-1, 0],
    ];
    const {x, status, gradients} = closest({Q: I, p: [1, -3], G, h: [0, -2]}, [2, 3]);
    assert.deepEqual(status, [1]);
    expectClose(x, [1, 3], TOLERANCE);
    expectClose(gradients.p!, [0, -3], TOLERANCE);
    expectClose(gradients.h!, [1, -1], TOLERANCE);
    expectClose(gradients.Q!, [0, -1.5, -1.5, -9], TOLERANCE);
  });

  it('equalities x₁ + x₂ = 0 and = 2 give the minimum on x₁ + x₂ = 1', () => {
    const A = [
      [1, 1],
      [1, 1],
    ];
    const {x, status, gradients} = closest({Q: I, p: [-2, -3], A, b: [0, 2]}, [1, 2]);
    assert.deepEqual(status, [1]);
    expectClose(x, [0, 1], TOLERANCE);
    expectClose(gradients.p!, [0.5, -0.5], TOLERANCE);
    expectClose(gradients.b!, [0.75, 0.75], TOLERANCE);
  });

  it('equalities of full rank give the least-squares solution, with the gradient of its normal equations', () => {
    // x = Σab / Σa² = (1·1 + 2·7) / 5 = 3, dx/da = (b − 2ax)/5.
    const {x, gradients} = closest({Q: [[1]], p: [1], A: [[1], [2]], b: [1, 7]});
    expectClose(x, [3], TOLERANCE);
    expectClose(gradients.b!, [0.2, 0.4], TOLERANCE);
    expectClose(gradients.A!, [-1, -1], TOLERANCE);
  });

  it('an inequality against an equality is violated by half each', () => {
    const {x, gradients} = closest({Q: [[1]], p: [5], G: [[1]], h: [0], A: [[1]], b: [4]});
    expectClose(x, [2], TOLERANCE);
    expectClose([...gradients.h!, ...gradients.b!], [0.5, 0.5], TOLERANCE);
  });

  it('does not depend on the size of the objective, be it quadratic or linear', () => {
    const [G, h] = [[[1, 0, 0], [-1, 0, 0], [0, 1, 2]], [0, -2, 1]]; // prettier-ignore
    const [A, b] = [[[1, 0, 1], [1, 0, 1]], [0, 1]]; // prettier-ignore
    const matrix = [[2, 0, 1], [0, 1, 0], [1, 0, 3]]; // prettier-ignore
    const linear = [0, -3, 0];
    for (const [q, p] of I) {
      const at = (size: number) => {
        const Q = matrix.map((row) => row.map((entry) => size * q * entry));
        return closest({Q, p: linear.map((entry) => size * p * entry), G, h, A, b});
      };
      const {x, status} = at(1);
      assert.deepEqual(status, [1]);
      for (const size of [1e-8, 1e8]) {
        const scaled = at(size);
        assert.deepEqual(scaled.status, [1]);
        expectClose(scaled.x, x, TOLERANCE);
      }
    }
  });

  it('leaves solved samples as they are, to the last bit', () => {
    const problem = {
      Q: [[2]],
      p: [[1], [-1], [-40]],
      G: [[1], [-1]],
      h: [
        [0, -2],
        [5, 5],
        [5, 5],
      ],
    };
    const zero = solveWithGradients(problem, {onInfeasible: 'zero'});
    const {x, status, gradients, ineqDual} = closest(problem);
    assert.deepEqual(status, [1, 0, 0]);
    assert.deepEqual(x.slice(1), zero.x.slice(1));
    assert.deepEqual(ineqDual.slice(2), zero.ineqDual.slice(2));
    for (const name of ['p', 'h'] as const) {
      const width = problem[name][0].length;
      expectClose(gradients[name]!.slice(width), zero.gradients[name]!.slice(width), 0, 1e-12);
    }
  });

  const neighbours: [string, number, number, number][] = [
    ['NaN', 1, NaN, 5],
    ['infinity', 1, Infinity, 5],
    ['a large p', 1, 1e7, 5],
    ['a tiny p', 1e-6, 1e-7, 5],
    ['an unbounded objective', 0, 1, 2],
  ];
  for (const [what, q, p, status] of neighbours) {
    it(`does not depend on a neighbour with ${what}`, () => {
      const solved = closest({
        Q: [[[1]], [[q]]],
        p: [[1], [p]],
        G: [
          [[1], [-1]],
          [[1], [0]],
        ],
        h: [
          [0, -2],
          [5, 5],
        ],
      });
      assert.equal(solved.status[0], 1);
      assert.include([0, status], solved.status[1]);
      const alone = closest({Q: [[1]], p: [1], G: [[1], [-1]], h: [0, -2]});
      expectClose(solved.x.slice(0, 1), alone.x, 1e-7);
      expectClose(solved.ineqDual.slice(0, 2), alone.ineqDual, 1e-6);
      expectClose(solved.gradients.h!.slice(0, 2), alone.gradients.h!, 1e-7);
      expectClose(solved.gradients.p!.slice(0, 1), alone.gradients.p!, 1e-6);
      for (const values of Object.values(solved.gradients)) assert.isTrue(values.every(Number.isFinite));
    });
  }

  it('stays zero, with a zero gradient, where the objective is unbounded over the closest points', () => {
    const G = [
      [1, 0],
      [-1, 0],
    ];
    const Q = [
      [0, 0],
      [0, 0],
    ];
    const {x, status, gradients} = closest({Q, p: [0, 1], G, h: [0, -2]});
    assert.deepEqual(status, [1]);
    expectClose(x, [0, 0]);
    for (const values of Object.values(gradients))
      expectClose(
        values,
        values.map(() => 0),
      );
  });
});
