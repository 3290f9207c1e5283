/** @file solveQP: solutions, statuses, shapes, bad input, leaks. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {QPLayer, solveQP, solvers, type QPInput} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {tensorsOf} from '../../helpers/qp-tensors.js';
import {knownQP, QP_ZOO} from '../../zoo/quadratic-programs.js';

describeBackends('solveQP', () => {
  for (const qp of QP_ZOO) {
    it(`finds the solution and the multipliers: ${qp.name}`, () => {
      tf.tidy(() => {
        const {x, ineqDual, eqDual, status, residual} = solveQP(tensorsOf(qp));
        assert.equal(status.dataSync()[0], 0);
        assert.isBelow(residual.dataSync()[0], 2 ** -22);
        // p, h and b were rounded to f32, which moves the solution by about their condition number times 6e-8.
        expectClose(x, qp.x, 2e-6, 1e-6);
        expectClose(ineqDual, qp.ineqDual, 1e-5, 1e-6);
        expectClose(eqDual, qp.eqDual, 1e-5, 1e-6);
      });
    });
  }

  it('judges curvature in the units of each variable: next to nothing is something, too little for the entries beside it is none', () => {
    for (const [beside, curvature, expected] of [
      [1e-15, 1e-30, 0],
      [1e-13, 1e-25, 0],
      [1e-10, 1e-20, 0],
      [0, 1e-30, 0],
      [1e-10, 1e-30, 5],
      [1e-9, 1e-25, 5],
      [1e-8, 1e-18, 5],
      [1e-10, 0, 5],
    ]) {
      tf.tidy(() => {
        const Q = [
          [1, beside],
          [beside, curvature],
        ];
        const box = {
          G: [
            [1, 0],
            [0, 1],
            [-1, 0],
            [0, -1],
          ],
          h: [1, 1, 1, 1],
        };
        const Qs = tf.tensor3d([
          Q,
          Q,
          [
            [1, 0],
            [0, 1],
          ],
        ]);
        const solve = (p: tf.Tensor) => solveQP({Q: Qs, p, ...box}, {onFailure: 'ignore'});
        const p = tf.tensor2d([
          [-0.5, 1e-3],
          [-0.5, -1],
          [-0.5, -0.25],
        ]);
        const {x, status} = solve(p);
        assert.deepEqual(Array.from(status.dataSync()), [expected, expected, 0]);
        const [values, slopes] =
          expected === 0
            ? [
                [0.5, -1, 0.5, 1],
                [-1, 0, -1, 0],
              ]
            : [
                [0, 0, 0, 0],
                [0, 0, 0, 0],
              ];
        expectClose(x, [...values, 0.5, 0.25], 0, 1e-6);
        const slope = tf.grad((p: tf.Tensor) => tf.sum(solve(p).x))(p);
        expectClose(slope, [...slopes, -1, -1], 0, 1e-6);
      });
    }
  });

  it('a loose tolerance gives each sample its own answer, within that tolerance', () => {
    tf.tidy(() => {
      const p = tf.tensor2d([
        [-3, 1],
        [4, -2],
        [0.5, -5],
        [-1, -1],
      ]);
      const G = tf.tensor2d([
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
        [1, 1],
      ]);
      const problem = {Q: tf.eye(2), p, G, h: tf.tensor1d([1, 1, 1, 1, 1.5])};
      const exact = solveQP(problem);
      for (const tolerance of [1e-5, 1e-3, 1e-2]) {
        const {x, status, residual} = solveQP(problem, {tolerance});
        assert.deepEqual(Array.from(status.dataSync()), [0, 0, 0, 0]);
        assert.isTrue(residual.dataSync().every((value) => value <= tolerance));
        expectClose(x, exact.x, 0, 10 * tolerance);
      }
    });
  });

  it('a contradiction within a loose tolerance is one, and does not get the answer of the sample before', () => {
    tf.tidy(() => {
      const G = tf.tensor2d([[1], [-1]]);
      for (const gap of [1e-5, 1e-4, 1e-3]) {
        for (const tolerance of [1e-4, 1e-3, 1e-2]) {
          const h = tf.tensor2d([
            [5, 5],
            [1, -1 - gap],
            [5, 5],
          ]);
          const p = tf.tensor2d([[-3], [-3], [2]]);
          const {x, status} = solveQP({Q: tf.eye(1), p, G, h}, {tolerance, onFailure: 'ignore'});
          assert.deepEqual(Array.from(status.dataSync()), [0, 1, 0], `gap ${gap}, tolerance ${tolerance}`);
          expectClose(x, [3, 0, -2], 0, 10 * tolerance);
        }
      }
    });
  });

  it('satisfies the KKT conditions on random problems (certificate, not comparison)', () => {
    const recipes = fc.record({
      n: fc.integer({min: 1, max: 12}),
      m: fc.integer({min: 0, max: 12}),
      k: fc.integer({min: 0, max: 4}),
      seed: fc.string(),
    });
    fc.assert(
      fc.property(recipes, ({n, m, k, seed}) => {
        const eq = Math.min(k, n - 1);
        const active = Math.min(Math.floor(m / 2), n - eq);
        tf.tidy(() => {
          const t = tensorsOf(knownQP({n, m, k: eq, active, seed}));
          const {x, ineqDual, eqDual, slack, status} = solveQP(t);
          assert.equal(status.dataSync()[0], 0);
          const column = (v: tf.Tensor) => tf.reshape(v, [-1, 1]);
          let gradient = tf.add(tf.matMul(t.Q as tf.Tensor2D, column(x) as tf.Tensor2D), column(t.p));
          if (t.G)
            gradient = tf.add(gradient, tf.matMul(t.G as tf.Tensor2D, column(ineqDual) as tf.Tensor2D, true));
          if (t.A)
            gradient = tf.add(gradient, tf.matMul(t.A as tf.Tensor2D, column(eqDual) as tf.Tensor2D, true));
          expectClose(gradient, new Float32Array(n), 0, 5e-5);
          if (!t.G) return;
          for (const sign of [...ineqDual.dataSync(), ...slack.dataSync()]) assert.isAtLeast(sign, 0);
          expectClose(tf.mul(ineqDual, slack), new Float32Array(m), 0, 1e-6);
        });
      }),
      {numRuns: 60},
    );
  });

  it('returns the shapes of the input: a batch, or none', () => {
    tf.tidy(() => {
      const qp = tensorsOf(QP_ZOO[5]);
      const one = solveQP(qp);
      assert.deepEqual(one.x.shape, [6]);
      assert.deepEqual(one.status.shape, []);
      assert.deepEqual(one.certificate.ineqDual.shape, [4]);
      const many = solveQP({...qp, p: tf.stack([qp.p, tf.neg(qp.p)])});
      assert.deepEqual([many.x.shape, many.ineqDual.shape, many.status.shape], [[2, 6], [2, 4], [2]]);
      expectClose(tf.slice(many.x, [0, 0], [1, 6]), one.x, 1e-7);
      const sharedP = solveQP({...qp, h: tf.stack([qp.h!, qp.h!, qp.h!])});
      assert.deepEqual(sharedP.x.shape, [3, 6]);
    });
  });

  it('keeps the good samples of a batch in which others are infeasible, unbounded or invalid', () => {
    tf.tidy(() => {
      const Q = tf.tensor3d([[[1]], [[1]], [[0]], [[1]], [[-1]]]);
      const p = tf.tensor2d([[1], [1], [-1], [NaN], [1]]);
      const G = tf.tensor3d([
        [[1], [-1]],
        [[1], [-1]],
        [[-1], [-1]],
        [[1], [-1]],
        [[1], [-1]],
      ]);
      const h = tf.tensor2d([
        [5, 5],
        [0, -1],
        [0, 0],
        [5, 5],
        [5, 5],
      ]);
      const {x, status, certificate} = solveQP({Q, p, G, h}, {onFailure: 'ignore'});
      assert.deepEqual(Array.from(status.dataSync()), [0, 1, 2, 5, 5]);
      expectClose(x, [-1, 0, 0, 0, 0]);
      const ray = tf.slice(certificate.ineqDual, [1, 0], [1, 2]).dataSync();
      // Gᵀλ = 0 and hᵀλ = −1.
      expectClose(ray[0] - ray[1], 0, 0, 1e-6);
      expectClose(ray[1], 1, 1e-6);
      expectClose(tf.slice(certificate.x, [2, 0], [1, 1]), [1], 1e-6);
    });
  });

  it("throws with onFailure: 'throw', naming the sample and the way out", () => {
    const problem: QPInput = {
      Q: [[1]],
      p: [[0], [0]],
      G: [[1], [-1]],
      h: [
        [0, 1],
        [0, -1],
      ],
    };
    const message = messageOf(() => tf.tidy(() => solveQP(problem, {onFailure: 'throw'})));
    assert.match(message, /1 of 2 problems not solved: sample 1 infeasible.*relax h or b/);
  });

  const bad: [string, QPInput, RegExp][] = [
    [
      'a shape',
      {
        Q: [
          [1, 0],
          [0, 1],
        ],
        p: [1, 2, 3],
      },
      /Q must have shape \[n, n\].*\[3, 3\].*got \[2,2\]/,
    ],
    [
      'a batch',
      {Q: [[[1]], [[1]]], p: [[1], [2], [3]]},
      /batch of 3.*another input has 2|batch of 2.*another input has 3/,
    ],
    ['NaN', {Q: [[1]], p: [NaN]}, /p of shape .* contains NaN/],
    ['Infinity', {Q: [[1]], p: [1], G: [[Infinity]], h: [1]}, /G of shape .* contains Infinity/],
    ['a bound at −∞', {Q: [[1]], p: [1], G: [[1]], h: [-Infinity]}, /h of shape .* contains -Infinity/],
    ['an equality with ∞', {Q: [[1]], p: [1], A: [[1]], b: [1e20]}, /b of shape .* contains 1/],
    [
      'a Q that is not symmetric',
      {
        Q: [
          [1, 2],
          [0, 1],
        ],
        p: [1, 1],
      },
      /Q must be symmetric.*Q\[1\]\[0\] = 0.*\(Q \+ Qᵀ\)\/2/,
    ],
    [
      'an indefinite Q',
      {
        Q: [
          [1, 0],
          [0, -1],
        ],
        p: [1, 1],
      },
      /Q must be positive semidefinite/,
    ],
    ['h without G', {Q: [[1]], p: [1], h: [1]}, /h was given without G; expected G of shape/],
    ['A without b', {Q: [[1]], p: [1], A: [[1]]}, /A was given without b/],
    ['no p', {Q: [[1]]} as unknown as QPInput, /p is missing/],
    ['an unknown input', {Q: [[1]], p: [1], C: [1]} as QPInput, /unknown input 'C'/],
  ];
  for (const [what, problem, expected] of bad) {
    it(`names the argument for ${what}, and leaks nothing`, () =>
      expectNoLeak(() =>
        assert.match(
          messageOf(() => tf.tidy(() => solveQP(problem))),
          expected,
        ),
      ));
  }

  it('refuses unknown options and bad values', () => {
    const solve = (options: object) => messageOf(() => tf.tidy(() => solveQP({Q: [[1]], p: [1]}, options)));
    assert.match(solve({tolerence: 1}), /unknown option 'tolerence'/);
    assert.match(solve({tolerance: -1}), /tolerance must be positive/);
    assert.match(solve({maxIterations: 0}), /maxIterations must be a positive integer/);
    assert.match(solve({onFailure: 'explode', maxIterations: 1}), /onFailure must be/);
  });

  it('takes the active set of a warm start', () => {
    tf.tidy(() => {
      const qp = tensorsOf(QP_ZOO[8]);
      const cold = solveQP(qp);
      const warm = solveQP(qp, {warmStart: cold});
      assert.isAbove(cold.iterations.dataSync()[0], 0);
      assert.equal(warm.iterations.dataSync()[0], 0);
      expectClose(warm.x, cold.x, 1e-6);
      // A wrong guess costs nothing but time.
      const other = solveQP({...qp, p: tf.mul(-3, qp.p)});
      const moved = solveQP(qp, {warmStart: other});
      expectClose(moved.x, cold.x, 1e-6);
    });
  });

  it('leaves no tensor behind, forward and backward', () =>
    expectNoLeak(() => {
      const qp = tensorsOf(QP_ZOO[6]);
      tf.dispose(solveQP(qp));
      const gradient = tf.grad((p: tf.Tensor) => tf.sum(solveQP({...qp, p}).x))(qp.p);
      tf.dispose([gradient, qp as tf.TensorContainer]);
    }));
});

describeBackends('solveQP with a solver of your own', () => {
  // min ½‖x‖² + pᵀx, x ≤ h: x = min(−p, h), λ = max(−p − h, 0).
  const solver: solvers.QPSolver = {
    run: (_init, {p, h}) => {
      const x = tf.minimum(tf.neg(p), h);
      return {x: {x, ineqDual: tf.sub(tf.neg(p), x), eqDual: tf.zeros([p.shape[0], 0])}};
    },
  };

  it('has the gradient of the KKT condition, in a layer too', () => {
    tf.tidy(() => {
      const problem = {Q: tf.eye(2), p: tf.tensor2d([[1, -3]]), G: tf.eye(2), h: tf.tensor1d([1, 2])};
      const x = (h: tf.Tensor) => tf.sum(tf.mul([3, 5], solveQP({...problem, h}, {solver}).x));
      expectClose(solveQP(problem, {solver}).x, [-1, 2]);
      expectClose(tf.grad(x)(problem.h), [0, 5]);
      const own = new solvers.InteriorPointQP({tolerance: 1e-6});
      expectClose(solveQP(problem, {solver: own}).x, [-1, 2], 1e-6);
      const layer = new QPLayer({constants: {Q: [[1]], G: [[1]], h: [2]}, solver});
      expectClose(layer.apply(tf.tensor2d([[-3], [1]])) as tf.Tensor, [2, -1]);
      layer.dispose();
    });
    assert.throws(() => new QPLayer({solver: {} as solvers.QPSolver}), /solver must be an object with run/);
  });
});
