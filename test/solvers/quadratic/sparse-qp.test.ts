/** @file solveQP with sparse matrices: solutions and gradients against closed forms and the dense solver, shapes, mistakes, leaks. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {solveQP, solveQPAsync, sparseMatrix, vjp, type QPInput, type QPResult} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf, rejection} from '../../helpers/expect.js';
import {closedFormGradient} from '../../helpers/qp-jacobian.js';
import {describeUnreadable, valuesOf} from '../../helpers/unreadable.js';
import {QP_ZOO} from '../../zoo/quadratic-programs.js';
import {banded, entriesOf, sparseForm, wave} from '../../zoo/sparse-programs.js';

const KNOWN = [...QP_ZOO, banded({n: 12, m: 15, k: 3}, 'a'), banded({n: 40, m: 30, k: 5}, 'b')];

describeBackends('solveQP with sparse matrices', () => {
  for (const qp of KNOWN) {
    it(`finds the solution and the multipliers: ${qp.name}`, () => {
      tf.tidy(() => {
        const {values, problem} = sparseForm(qp);
        const {x, ineqDual, eqDual, status, residual} = solveQP(problem(values));
        assert.deepEqual(status.shape, []);
        assert.equal(status.dataSync()[0], 0);
        assert.isBelow(residual.dataSync()[0], 2 ** -22);
        expectClose(x, qp.x, 2e-6, 1e-6);
        expectClose(ineqDual, qp.ineqDual, 1e-5, 1e-6);
        expectClose(eqDual, qp.eqDual, 1e-5, 1e-6);
      });
    });

    it(`has the gradients of the closed form, at the solution of the same f32 data: ${qp.name}`, () => {
      tf.tidy(() => {
        const {places, values, problem} = sparseForm(qp);
        const found = solveQP(problem(values));
        const rounded = (numbers: number[]) => numbers.map(Math.fround);
        const at = {
          ...qp,
          ...{p: rounded(qp.p), h: rounded(qp.h), b: rounded(qp.b)},
          x: Array.from(found.x.dataSync()),
          ineqDual: Array.from(found.ineqDual.dataSync()),
          eqDual: Array.from(found.eqDual.dataSync()),
        };
        const v = {x: wave(qp.n, 1), ineqDual: wave(qp.m, 2), eqDual: wave(qp.k, 3)};
        const expected = closedFormGradient(at, v);
        const loss = (...given: tf.Tensor[]) => {
          const result = solveQP(problem(given));
          const along = (value: tf.Tensor, weights: number[]) =>
            weights.length === 0 ? tf.scalar(0) : tf.sum(tf.mul(value, tf.tensor1d(weights)));
          return tf.addN([
            along(result.x, v.x),
            along(result.ineqDual, v.ineqDual),
            along(result.eqDual, v.eqDual),
          ]);
        };
        const used = [true, true, qp.m > 0, qp.m > 0, qp.k > 0, qp.k > 0];
        const only = values.filter((_, i) => used[i]);
        const all = (given: tf.Tensor[]) => {
          let next = 0;
          return values.map((value, i) => (used[i] ? given[next++] : value));
        };
        const gradients = all(tf.grads((...given) => loss(...all(given)) as tf.Scalar)(only));
        const names = ['Q', 'p', 'G', 'h', 'A', 'b'] as const;
        names.forEach((name, i) => {
          if (!used[i]) return;
          const whole = expected[name];
          const isMatrix = name === 'Q' || name === 'G' || name === 'A';
          const numbers = isMatrix ? entriesOf(whole as number[][], places[name]) : (whole as number[]);
          expectClose(gradients[i], numbers, 1e-6, 1e-7);
        });
      });
    });
  }

  it('gives a symmetric pair of Q equal halves, and each of several entries at one place the whole', () => {
    tf.tidy(() => {
      const rows = [0, 1, 0, 1, 1, 0];
      const columns = [0, 1, 1, 0, 1, 0];
      const values = tf.tensor1d([1, 1, 0.5, 0.5, 1, 0]);
      const p = tf.tensor1d([-1, -3]);
      const loss = (entries: tf.Tensor) =>
        tf.sum(tf.mul(solveQP({Q: sparseMatrix({shape: [2, 2], rows, columns, values: entries}), p}).x, [1, 2])) as tf.Scalar; // prettier-ignore
      const dense = tf
        .grad((Q: tf.Tensor) => tf.sum(tf.mul(solveQP({Q, p}).x, [1, 2])) as tf.Scalar)(
          tf.tensor2d([
            [1, 0.5],
            [0.5, 2],
          ]),
        )
        .dataSync();
      const sparse = tf.grad(loss)(values).dataSync();
      expectClose(sparse, [dense[0], dense[3], dense[1], dense[2], dense[3], dense[0]], 1e-6);
      assert.equal(sparse[2], sparse[3]);
    });
  });

  it('takes a batch of values, shared values, and dense matrices beside sparse ones; shared gradients are sums', () => {
    tf.tidy(() => {
      const [batch, n] = [3, 4];
      const rows = [0, 1, 2, 3];
      const diagonals = tf.tensor2d(
        Array.from({length: batch * n}, (_, i) => 1 + (i % 5)),
        [batch, n],
      );
      const p = tf.tensor2d(
        Array.from({length: batch * n}, (_, i) => Math.sin(i)),
        [batch, n],
      );
      const g = tf.tensor1d([1, 1, 2]);
      const h = tf.tensor1d([0.1, -0.2]);
      const A = tf.tensor2d([[1, 1, 1, 1]]);
      const b = tf.tensor1d([0.3]);
      const denseG = (values: tf.Tensor) => {
        const [a, c, e] = tf.split(values, 3);
        const zero = tf.zeros([1]);
        return tf.stack([tf.concat([a, zero, c, zero]), tf.concat([zero, zero, zero, e])]);
      };
      const sparse = (q: tf.Tensor, cost: tf.Tensor, values: tf.Tensor, bounds: tf.Tensor, M: tf.Tensor) =>
        solveQP({
          Q: sparseMatrix({shape: [n, n], rows, columns: rows, values: q}),
          p: cost,
          G: sparseMatrix({shape: [2, n], rows: [0, 0, 1], columns: [0, 2, 3], values}),
          ...{h: bounds, A: M, b},
        });
      const dense = (q: tf.Tensor, cost: tf.Tensor, values: tf.Tensor, bounds: tf.Tensor, M: tf.Tensor) =>
        solveQP({
          Q: tf.mul(tf.expandDims(q, 2), tf.eye(n)),
          ...{p: cost, G: denseG(values), h: bounds, A: M, b},
        });
      const given = [diagonals, p, g, h, A];
      const results = [sparse, dense].map((solve) => solve(...(given as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]))); // prettier-ignore
      for (const name of ['x', 'ineqDual', 'eqDual', 'slack', 'status', 'weaklyActive'] as const) {
        assert.deepEqual(results[0][name].shape, results[1][name].shape, name);
        expectClose(results[0][name], results[1][name], 1e-6, 1e-7);
      }
      const weights = tf.tensor2d(
        Array.from({length: batch * n}, (_, i) => Math.cos(3 * i)),
        [batch, n],
      );
      const total = ({x, slack}: QPResult) => tf.add(tf.sum(tf.mul(x, weights)), tf.sum(tf.square(slack)));
      const [ours, theirs] = [sparse, dense].map((solve) =>
        tf.grads(
          (...tensors) =>
            total(
              solve(...(tensors as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor])),
            ) as tf.Scalar,
        )(given),
      );
      ours.forEach((gradient, i) => {
        assert.deepEqual(gradient.shape, given[i].shape);
        expectClose(gradient, theirs[i], 1e-5, 1e-6);
      });
    });
  });

  it('has second derivatives', () => {
    tf.tidy(() => {
      const qp = banded({n: 6, m: 4, k: 1}, 'second');
      const {values, problem} = sparseForm(qp);
      const along = wave(6, 1);
      const slope = (cost: tf.Tensor, q: tf.Tensor) => {
        const loss = (c: tf.Tensor) => solveQP(problem([q, c, ...values.slice(2)])).x;
        return vjp(loss, [cost], tf.square(loss(cost))) as unknown as [tf.Tensor];
      };
      const change = (q: tf.Tensor) => tf.sum(tf.mul(slope(values[1], q)[0], along));
      const exact = Array.from<number>(
        tf
          .grad((q: tf.Tensor) => change(q) as tf.Scalar)(values[0])
          .dataSync(),
      );
      const e = exact.reduce((best, value, i) => (Math.abs(value) > Math.abs(exact[best]) ? i : best), 0);
      const step = 1e-2;
      const at = (sign: number) => {
        const moved = Array.from(values[0].dataSync());
        const {rows, columns} = sparseForm(qp).places.Q;
        // Q must stay symmetric.
        for (let k = 0; k < moved.length; k++) {
          const isPair =
            (rows[k] === rows[e] && columns[k] === columns[e]) ||
            (rows[k] === columns[e] && columns[k] === rows[e]);
          if (isPair) moved[k] += sign * step;
        }
        return change(tf.tensor1d(moved)).dataSync()[0];
      };
      const {rows, columns} = sparseForm(qp).places.Q;
      const pair = rows[e] === columns[e] ? 1 : 2;
      const quotient = (at(1) - at(-1)) / (2 * step * pair);
      assert.closeTo(exact[e], quotient, 2e-2 * Math.abs(quotient));
    });
  });

  it('takes matrices without entries: a linear program, and one without solution', () => {
    tf.tidy(() => {
      const none = {rows: [], columns: [], values: []};
      const Q = sparseMatrix({shape: [2, 2], ...none});
      const G = sparseMatrix({
        shape: [4, 2],
        rows: [0, 1, 2, 3],
        columns: [0, 1, 0, 1],
        values: [1, 1, -1, -1],
      });
      const {x} = solveQP({Q, p: [1, -1], G, h: [1, 1, 1, 1]});
      expectClose(x, [-1, 1], 1e-6);
      const A = sparseMatrix({shape: [1, 2], ...none});
      const {status} = solveQP({Q, p: [1, -1], G, h: [1, 1, 1, 1], A, b: [1]}, {onFailure: 'ignore'});
      assert.equal(status.dataSync()[0], 1);
    });
  });

  it('tells infeasible, unbounded and invalid problems by their status, with a proof', () => {
    tf.tidy(() => {
      const eye = (values: number[]) => sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values});
      const G = sparseMatrix({
        shape: [2, 2],
        rows: [0, 0, 1, 1],
        columns: [0, 1, 0, 1],
        values: [1, 1, -1, -1],
      });
      const quiet = {onFailure: 'ignore'} as const;
      const infeasible = solveQP({Q: eye([1, 1]), p: [0, 0], G, h: [-1, -1]}, quiet);
      assert.equal(infeasible.status.dataSync()[0], 1);
      expectClose(infeasible.certificate.ineqDual, [0.5, 0.5], 1e-5);
      const unbounded = solveQP({Q: eye([1, 0]), p: [0, 1], G, h: [1, Infinity]}, quiet);
      assert.equal(unbounded.status.dataSync()[0], 2);
      expectClose(unbounded.certificate.x, [0, -1], 1e-5);
      for (const [Q, reason] of [
        [eye([1, -1]), /Q must be positive semidefinite/],
        [eye([1, NaN]), /Q contains NaN/],
        [sparseMatrix({shape: [2, 2], rows: [0, 1, 0], columns: [0, 1, 1], values: [1, 1, 1]}), /Q must be symmetric, but Q\[0\]\[1\] = 1/], // prettier-ignore
      ] as const) {
        assert.match(
          messageOf(() => solveQP({Q, p: [0, 1]}, {onFailure: 'throw'})),
          reason,
        );
      }
    });
  });

  it('gives the gradient of least norm at a degenerate vertex, as with dense matrices', () => {
    tf.tidy(() => {
      // Both rows hold with equality, and either would be enough.
      const G = [
        [1, 0],
        [2, 0],
      ];
      const p = tf.tensor1d([-3, -1]);
      const h = tf.tensor1d([1, 2]);
      const Q = sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values: [1, 1]});
      const rows = sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 0], values: [1, 2]});
      const gradient = (problem: (cost: tf.Tensor) => QPInput) =>
        tf.grad(
          (cost: tf.Tensor) =>
            tf.sum(tf.square(solveQP(problem(cost), {onFailure: 'ignore'}).ineqDual)) as tf.Scalar,
        )(p);
      const sparse = gradient((cost) => ({Q, p: cost, G: rows, h}));
      const dense = gradient((cost) => ({Q: tf.eye(2), p: cost, G, h}));
      expectClose(sparse, dense, 1e-6, 1e-6);
    });
  });

  it('starts from an earlier result', () => {
    tf.tidy(() => {
      const {values, problem} = sparseForm(banded({n: 20, m: 20, k: 2}, 'warm'));
      const first = solveQP(problem(values));
      const again = solveQP(problem(values), {initial: first});
      assert.equal(again.iterations.dataSync()[0], 0);
      expectClose(again.x, first.x, 1e-6, 1e-7);
    });
  });

  it('leaves no tensor behind', async () => {
    const {values, problem} = sparseForm(banded({n: 8, m: 6, k: 2}, 'leak'));
    await expectNoLeak(() => tf.dispose(solveQP(problem(values))));
    await expectNoLeak(() => {
      const grads = tf.grads((...given) => tf.sum(solveQP(problem(given)).x) as tf.Scalar)(values);
      tf.dispose(grads);
    });
    await expectNoLeak(() => sparseMatrix({shape: [1, 1], rows: [0], columns: [0], values: [1]}));
    await expectNoLeak(() =>
      assert.throws(
        () => solveQP({...problem(values), p: tf.tidy(() => [1, 2])}),
        /p must have shape|Q must have/,
      ),
    );
    tf.dispose(values);
  });

  it('solveQPAsync gives the same result, sample after sample, and can be stopped', async () => {
    const {values, problem} = sparseForm(banded({n: 10, m: 8, k: 2}, 'async'));
    const p = tf.tidy(() => tf.stack([values[1], tf.mul(2, values[1]), tf.neg(values[1])]));
    const given = {...problem(values), p};
    const expected = solveQP(given);
    await expectNoLeak(async () => {
      const seen: number[] = [];
      const found = await solveQPAsync(given, {onProgress: ({done}) => void seen.push(done)});
      expectClose(found.x, expected.x, 0);
      expectClose(found.weaklyActive, expected.weaklyActive, 0);
      assert.deepEqual(seen, [1, 2, 3]);
      tf.dispose(found);
      const controller = new AbortController();
      const stopped = solveQPAsync(given, {signal: controller.signal, onProgress: () => controller.abort()});
      assert.equal((await rejection(stopped)).name, 'AbortError');
    });
    tf.dispose([expected, p, values]);
  });

  it('says what is wrong with the entries', () => {
    const make = (given: object) => () =>
      sparseMatrix({shape: [2, 3], rows: [0, 1], columns: [2, 0], values: [1, 2], ...given});
    for (const [given, message] of [
      [{rows: [0, 2]}, 'sparseMatrix: rows[1] = 2 is not an integer from 0 to 1.'],
      [{columns: [0, 1.5]}, 'sparseMatrix: columns[1] = 1.5 is not an integer from 0 to 2.'],
      [{columns: [-1, 0]}, 'sparseMatrix: columns[0] = -1 is not an integer from 0 to 2.'],
      [{rows: [0]}, 'sparseMatrix: there are 1 rows, but 2 columns: one of each an entry.'],
      [{rows: 3}, 'sparseMatrix: rows must be an array of integers, got number.'],
      [
        {values: [1, 2, 3]},
        'sparseMatrix: values must have shape [2] or [B, 2], a number for each entry; got [3].',
      ],
      [{shape: [2]}, 'sparseMatrix: shape must be [rows, columns], two integers, got [2].'],
    ] as const) {
      assert.equal(messageOf(make(given)), message);
    }
    assert.match(messageOf(make({value: 1})), /unknown input 'value'/i);
  });

  it('says which options and arguments are not for sparse matrices', () => {
    tf.tidy(() => {
      const Q = sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values: [1, 1]});
      const p = [1, 2];
      const message = (problem: object, options: object = {}) =>
        messageOf(() => solveQP(problem as QPInput & {Q: number[][]}, options));
      assert.match(message({Q, p}, {linsolve: {}}), /linsolve is not for sparse matrices/);
      assert.match(message({Q, p}, {tolerance: -1}), /tolerance must be positive/);
      assert.match(message({Q, p: [1, 2, 3]}), /Q must have shape \[n, n\]/);
      assert.match(message({Q, p, G: Q}), /G was given without h/);
      assert.match(message({Q}), /p is missing/);
      assert.match(message({Q, p: Q}), /p is a vector/);
    });
  });
});

describeUnreadable('sparse matrices where the host cannot read', () => {
  it('solveQP says so, and solveQPAsync reads asynchronously', async () => {
    const Q = sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values: [1, 2]});
    const p = tf.tensor2d([[-1, -4]]);
    assert.match(
      messageOf(() => solveQP({Q, p})),
      /Use solveQPAsync/,
    );
    const found = await solveQPAsync({Q, p});
    expectClose(valuesOf(found.x), [1, 2], 1e-6);
    tf.dispose([found, p]);
  });
});
