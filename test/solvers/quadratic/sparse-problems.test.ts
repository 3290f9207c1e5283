/** @file Sparse problems that must have the answer of another one: the dense problem, other orders of the entries, entries in parts. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {
  linsolve,
  certify,
  solveQP,
  solveQPAsync,
  solvers,
  sparseMatrix,
  type QPInput,
  type QPResult,
  type SparseMatrix,
} from '../../../src/index.js';
import {describeBackends} from '../../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf, rejection} from '../../helpers/expect.js';
import {randomOf} from '../../helpers/random.js';
import {banded, entriesOf, placesOf, wave, type Places} from '../../zoo/sparse-programs.js';

const MATRICES = ['Q', 'G', 'A'] as const;

const sizes = fc.record({
  n: fc.integer({min: 2, max: 14}),
  m: fc.integer({min: 1, max: 12}),
  k: fc.integer({min: 0, max: 1}),
  seed: fc.nat(10_000),
});

/** The solution, and the gradient of a fixed combination of its entries in p and in each matrix. */
function answerOf(
  problem: (matrices: Record<'Q' | 'G' | 'A', tf.Tensor>, p: tf.Tensor) => QPInput,
  given: {values: Record<'Q' | 'G' | 'A', tf.Tensor>; p: tf.Tensor; k: number},
): {result: QPResult; gradients: Record<'Q' | 'G' | 'A' | 'p', tf.Tensor>} {
  const {values, p, k} = given;
  const names = MATRICES.filter((name) => name !== 'A' || k > 0);
  const loss = (...tensors: tf.Tensor[]) => {
    const matrices = {...values, ...Object.fromEntries(names.map((name, i) => [name, tensors[i + 1]]))};
    const {x, ineqDual} = solveQP(problem(matrices, tensors[0]));
    const along = (v: tf.Tensor) => tf.sum(tf.mul(v, tf.tensor1d(wave(v.size, 1))));
    return tf.add(along(x), along(ineqDual)) as tf.Scalar;
  };
  const gradients = tf.grads(loss)([p, ...names.map((name) => values[name])]);
  return {
    result: solveQP(problem(values, p)),
    gradients: {
      p: gradients[0],
      ...Object.fromEntries(names.map((name, i) => [name, gradients[i + 1]])),
    } as Record<'Q' | 'G' | 'A' | 'p', tf.Tensor>,
  };
}

describeBackends('the answer of a sparse problem', () => {
  /** Calls `check` with a random problem, its dense answer, and what solves it with entries in given places. */
  const forEachProblem = (
    check: (
      qp: ReturnType<typeof banded>,
      solveWith: (
        places: Record<'Q' | 'G' | 'A', Places>,
        parts?: (e: number) => number,
      ) => ReturnType<typeof answerOf>,
      places: Record<'Q' | 'G' | 'A', Places>,
      seed: number,
    ) => void,
  ) =>
    fc.assert(
      fc.property(sizes, ({n, m, k, seed}) => {
        tf.tidy(() => {
          // No more rows hold with equality than there are variables, so the multipliers are unique.
          const qp = banded({n, m: Math.min(m, 3 * (n - k)), k}, `problems ${seed}`);
          const places = {Q: placesOf(qp.Q, n), G: placesOf(qp.G, n), A: placesOf(qp.A, n)};
          const p = tf.tensor1d(qp.p);
          const solveWith = (at: typeof places, part: (e: number) => number = () => 1) => {
            const values = Object.fromEntries(
              MATRICES.map((name) => [
                name,
                tf.tensor1d(
                  entriesOf(qp[name], at[name]).map((value, e) => part(e) * value),
                  'float32',
                ),
              ]),
            ) as Record<'Q' | 'G' | 'A', tf.Tensor>;
            const problem = (M: Record<'Q' | 'G' | 'A', tf.Tensor>, cost: tf.Tensor): QPInput => ({
              Q: sparseMatrix({...at.Q, values: M.Q}),
              ...{p: cost, G: sparseMatrix({...at.G, values: M.G}), h: qp.h},
              ...(k > 0 && {A: sparseMatrix({...at.A, values: M.A}), b: qp.b}),
            });
            return answerOf(problem, {values, p, k});
          };
          check(qp, solveWith, places, seed);
        });
      }),
      {numRuns: 20},
    );

  const expectAlike = (one: QPResult, other: QPResult) => {
    for (const name of ['x', 'ineqDual', 'eqDual', 'slack'] as const) {
      expectClose(one[name], other[name], 1e-6, 2e-6);
    }
    expectClose(one.status, other.status, 0);
  };

  it('is that of the dense problem, and so are the gradients', () =>
    forEachProblem((qp, solveWith, places) => {
      const values = Object.fromEntries(
        MATRICES.map((name) => [name, tf.tensor2d(qp[name].flat(), [qp[name].length, qp.n])]),
      ) as Record<'Q' | 'G' | 'A', tf.Tensor>;
      const dense = answerOf((M, p) => ({Q: M.Q, p, G: M.G, h: qp.h, ...(qp.k > 0 && {A: M.A, b: qp.b})}), {
        ...{values, p: tf.tensor1d(qp.p), k: qp.k},
      });
      const sparse = solveWith(places);
      expectAlike(sparse.result, dense.result);
      for (const name of ['p', ...MATRICES] as const) {
        if (!(name in dense.gradients)) continue;
        const whole = dense.gradients[name].arraySync();
        const expected = name === 'p' ? (whole as number[]) : entriesOf(whole as number[][], places[name]);
        expectClose(sparse.gradients[name], expected, 1e-6, 2e-6);
      }
    }));

  it('does not depend on the order of the entries', () =>
    forEachProblem((_qp, solveWith, places, seed) => {
      const random = randomOf(`order ${seed}`);
      const orders = Object.fromEntries(
        MATRICES.map((name) => {
          const keys = places[name].rows.map(() => random());
          return [name, [...keys.keys()].sort((a, b) => keys[a] - keys[b])];
        }),
      ) as Record<'Q' | 'G' | 'A', number[]>;
      const moved = Object.fromEntries(
        MATRICES.map((name) => {
          const {shape, rows, columns} = places[name];
          const order = orders[name];
          return [name, {shape, rows: order.map((e) => rows[e]), columns: order.map((e) => columns[e])}];
        }),
      ) as Record<'Q' | 'G' | 'A', Places>;
      const [plain, other] = [solveWith(places), solveWith(moved)];
      expectAlike(other.result, plain.result);
      for (const name of MATRICES) {
        if (!(name in plain.gradients)) continue;
        const own = plain.gradients[name].dataSync();
        expectClose(other.gradients[name], orders[name].map((e) => own[e]), 1e-6, 2e-6); // prettier-ignore
      }
    }));

  it('does not change if an entry is given in two parts, each of which has its gradient, or zeros are given', () =>
    forEachProblem((_qp, solveWith, places) => {
      const split = Object.fromEntries(
        MATRICES.map((name) => {
          const {shape, rows, columns} = places[name];
          return [
            name,
            {shape, rows: rows.flatMap((i) => [i, i, i]), columns: columns.flatMap((j) => [j, j, j])},
          ];
        }),
      ) as Record<'Q' | 'G' | 'A', Places>;
      // Powers of two, so that the parts have the sum exactly.
      const parts = [0.25, 0, 0.75];
      const [plain, other] = [solveWith(places), solveWith(split, (e) => parts[e % 3])];
      expectAlike(other.result, plain.result);
      for (const name of MATRICES) {
        if (!(name in plain.gradients)) continue;
        const own = Array.from(plain.gradients[name].dataSync());
        expectClose(other.gradients[name], own.flatMap((value) => [value, value, value]), 1e-6, 2e-6); // prettier-ignore
      }
    }));
});

/** Two variables with 1 ≤ x₀ ≤ −1: infeasible. */
function contradiction() {
  const eye = {shape: [2, 2] as const, rows: [0, 1], columns: [0, 1]};
  const G = {shape: [2, 2] as const, rows: [0, 1], columns: [0, 0]};
  return {
    sparse: (q: tf.Tensor, g: tf.Tensor) => ({
      Q: sparseMatrix({...eye, values: q}),
      G: sparseMatrix({...G, values: g}),
    }),
    dense: (q: tf.Tensor, g: tf.Tensor) => ({
      Q: tf.mul(tf.eye(2), q),
      G: tf.mul(tf.expandDims(g, 1), tf.tensor2d([[1, 0]])),
    }),
    values: [tf.tensor1d([1, 2]), tf.tensor1d([1, -1])] as const,
  };
}

describeBackends('sparse problems', () => {
  it('that are infeasible have the closest point of the dense problem, and its gradients', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {sparse, dense, values} = contradiction();
        const p = tf.tensor2d([[1, 1], [0, -2]]); // prettier-ignore
        const h = tf.tensor2d([[-1, -1], [3, 3]]); // prettier-ignore
        const options = {onInfeasible: 'closest', onFailure: 'ignore'} as const;
        const solve = (make: typeof sparse | typeof dense) => (cost: tf.Tensor, q: tf.Tensor, g: tf.Tensor) =>
          solveQP({...make(q, g), p: cost, h}, options);
        const [ours, theirs] = [sparse, dense].map((make) => solve(make)(p, ...values));
        expectClose(ours.status, [1, 0], 0);
        for (const name of ['x', 'ineqDual', 'status', 'slack'] as const) {
          expectClose(ours[name], theirs[name], 1e-5, 1e-6);
        }
        const gradients = [sparse, dense].map((make) =>
          tf.grads((...all) => {
            const {x} = solve(make)(...(all as [tf.Tensor, tf.Tensor, tf.Tensor]));
            return tf.sum(tf.mul(x, tf.tensor2d([[1, 2], [3, 4]]))) as tf.Scalar; // prettier-ignore
          })([p, ...values]),
        );
        gradients[0].forEach((gradient, i) => expectClose(gradient, gradients[1][i], 1e-5, 1e-5));
        // Where the other unit of the axis decides: x₁ is free, x₁ = −p₁/q₁.
        expectClose(ours.x, [0, -0.5, 0, 1], 1e-6, 1e-6);
      }),
    ));

  it('have these closest points from solveQPAsync, too, which tells its end once', async () => {
    const {sparse, values} = contradiction();
    const p = tf.tensor2d([[1, 1], [0, -2], [2, 2]]); // prettier-ignore
    const h = tf.tensor2d([[-1, -1], [3, 3], [-1, -1]]); // prettier-ignore
    const options = {onInfeasible: 'closest', onFailure: 'ignore'} as const;
    await expectNoLeak(async () => {
      for (const bounds of [h, tf.tensor1d([3, 3])]) {
        const problem = {...sparse(...values), p, h: bounds};
        const expected = solveQP(problem, options);
        const seen: number[] = [];
        const found = await solveQPAsync(problem, {...options, onProgress: ({done}) => void seen.push(done)});
        expectClose(found.x, expected.x, 0);
        expectClose(found.ineqDual, expected.ineqDual, 0);
        assert.deepEqual([...seen].sort(), seen);
        assert.equal(seen.indexOf(3), seen.length - 1);
        tf.dispose([expected, found]);
        if (bounds !== h) bounds.dispose();
      }
    });
    tf.dispose([p, h, ...values]);
  });

  it('are judged by certify as the dense ones are', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const qp = banded({n: 9, m: 7, k: 1}, 'certify');
        const matrices: Record<string, SparseMatrix> = {};
        for (const name of MATRICES) {
          const places = placesOf(qp[name], qp.n);
          matrices[name] = sparseMatrix({...places, values: entriesOf(qp[name], places)});
        }
        const {p, h, b, Q, G, A} = qp;
        const sparse = {...matrices, p, h, b} as unknown as QPInput;
        const point = solveQP({Q, p, G, h, A, b});
        const moved = {...point, x: tf.add(point.x, tf.range(0, 9))};
        for (const [at, isSolution] of [
          [point, true],
          [moved, false],
        ] as const) {
          // prettier-ignore
          const ours = certify(sparse as never, at);
          const theirs = certify({Q, p, G, h, A, b}, at);
          assert.equal(ours.residual.dataSync()[0] < 2 ** -20, isSolution);
          for (const name of ['residual', 'rows', 'columns'] as const) {
            assert.deepEqual(ours[name].shape, theirs[name].shape);
            expectClose(ours[name], theirs[name], 1e-5, 1e-7);
          }
        }
        const {rows} = certify({...sparse, p: tf.tensor2d([p, p])} as never, {
          x: [qp.x, qp.x],
          ineqDual: qp.ineqDual,
          eqDual: qp.eqDual,
        });
        assert.deepEqual(rows.shape, [2, 8]);
        assert.match(
          messageOf(() => certify(sparse as never, {x: qp.x})),
          /ineqDual is missing in the result/,
        );
      }),
    ));

  it('with bounds are judged, and have closest points, like dense ones', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const {sparse, dense, values} = contradiction();
        const rest = {p: tf.tensor2d([[1, 1], [0, -2]]), h: [3, 3], lower: tf.tensor2d([[4, -1], [-1, -1]])}; // prettier-ignore
        const upper = [5, 0.5];
        const options = {onInfeasible: 'closest', onFailure: 'ignore'} as const;
        const [ours, theirs] = [sparse, dense].map((make) =>
          solveQP({...make(...values), ...rest, upper}, options),
        );
        expectClose(ours.status, [1, 0], 0);
        for (const name of ['x', 'ineqDual', 'lowerDual', 'upperDual', 'slack'] as const) {
          expectClose(ours[name], theirs[name], 1e-5, 1e-6);
        }
        const gradients = [sparse, dense].map((make) =>
          tf.grads((p, lower, g) => {
            const {x} = solveQP({...make(values[0], g), h: [3, 3], upper, p, lower}, options);
            return tf.sum(tf.mul(x, [1, 2])) as tf.Scalar;
          })([rest.p, rest.lower, values[1]]),
        );
        gradients[0].forEach((gradient, i) => expectClose(gradient, gradients[1][i], 1e-5, 1e-5));
        const [found, judged] = [sparse, dense].map((make) =>
          certify({...make(...values), ...rest, upper}, {...theirs, x: tf.add(theirs.x, 0.25)}),
        );
        assert.deepEqual(found.rows.shape, [2, 6]);
        for (const name of ['residual', 'rows', 'columns'] as const)
          expectClose(found[name], judged[name], 1e-5, 1e-7);
      }),
    ));

  it('get from InteriorPointQP.run what they get from solveQP, with gradients in the values', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const places = {shape: [2, 2] as const, rows: [0, 1], columns: [0, 1]};
        const p = tf.tensor2d([
          [-1, -4],
          [1, -2],
        ]);
        const A = sparseMatrix({shape: [0, 2], rows: [], columns: [], values: []});
        const rest = {p, h: tf.tensor2d([[1]]), A, b: tf.zeros([1, 0])};
        const bounds = {lower: tf.tensor2d([[0, 0]])};
        const dataOf = (values: tf.Tensor) => {
          const Q = sparseMatrix({...places, values});
          const G = sparseMatrix({
            shape: [1, 2],
            rows: [0, 0],
            columns: [0, 1],
            values: tf.slice(values, [0], [2]),
          });
          return {...rest, ...bounds, Q, G};
        };
        const values = tf.tensor1d([2, 3]);
        const solver = new solvers.InteriorPointQP({onFailure: 'throw'});
        const {x, state} = solver.run(null, dataOf(values));
        const {h, b, ...data} = dataOf(values);
        const expected = solveQP({...data, h, b});
        for (const name of ['x', 'ineqDual', 'lowerDual'] as const) {
          assert.deepEqual(x[name]!.arraySync(), expected[name].arraySync());
        }
        assert.deepEqual(state.slack.arraySync(), expected.slack.arraySync());
        assert.deepEqual([...state.status.dataSync()], [0, 0]);
        const again = solver.run({...x, slack: state.slack}, dataOf(values));
        assert.deepEqual([...again.iterations.dataSync()], [0, 0]);
        const loss = (solve: (given: ReturnType<typeof dataOf>) => tf.Tensor) =>
          tf
            .grad((v: tf.Tensor) => tf.sum(tf.square(solve(dataOf(v)))))(values)
            .arraySync();
        assert.deepEqual(
          loss((given) => solver.run(null, given).x.x),
          loss((given) => solveQP(given).x),
        );

        const guess = messageOf(() => solver.run(x as never, dataOf(values)));
        assert.match(guess, /The guess \(initial\): 'slack' is missing/);

        const dense = new solvers.InteriorPointQP({linsolve: linsolve.kkt()});
        assert.match(
          messageOf(() => dense.run(null, dataOf(values))),
          /linsolve is not for sparse matrices/,
        );
      }),
    ));

  it('are refused by runAsync of a solver, with the way out', () =>
    expectNoLeak(async () => {
      const Q = sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values: [1, 1]});
      const p = tf.zeros([1, 2]);
      const {message} = await rejection(new solvers.InteriorPointQP().runAsync(null, {Q, p} as never));
      assert.match(message, /runAsync takes tensors, but Q is a sparse matrix: use solveQP or solveQPAsync/);
      p.dispose();
    }));

  it('are solved where rows of one variable agree up to their rounding to f32', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const sparse = (dense: number[][]) => {
          const entries = dense.flatMap((row, i) =>
            row.flatMap((value, j) => (value === 0 ? [] : [{i, j, value}])),
          );
          return sparseMatrix({
            ...{shape: [dense.length, dense[0].length] as const, values: entries.map(({value}) => value)},
            ...{rows: entries.map(({i}) => i), columns: entries.map(({j}) => j)},
          });
        };
        const Q = sparse([
          [1, 0],
          [0, 1],
        ]);
        const p = [-1, -1];
        // x₀ = .3, said twice.
        for (const given of [
          {A: sparse([[0.1, 0]]), b: [0.03], lower: [0.3, 0]},
          {A: sparse([[1, 0]]), b: [0.3], G: sparse([[0.1, 0], [-0.1, 0]]), h: [0.03, -0.03]}, // prettier-ignore
        ]) {
          const {x, status} = solveQP({Q, p, ...given} as never, {onFailure: 'ignore'}) as QPResult;
          assert.equal(status.dataSync()[0], 0);
          expectClose(x, [0.3, 1], 1e-6, 1e-6);
        }
      }),
    ));

  it('are refused, with the way out, by solvers that take tensors only', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const Q = sparseMatrix({shape: [2, 2], rows: [0, 1], columns: [0, 1], values: [1, 1]}) as never;
        const p = tf.zeros([1, 2]);
        const none = {
          G: tf.zeros([1, 0, 2]),
          h: tf.zeros([1, 0]),
          A: tf.zeros([1, 0, 2]),
          b: tf.zeros([1, 0]),
        };
        const bounds = {lower: tf.zeros([1, 2]), upper: tf.ones([1, 2])};
        for (const [name, run] of [
          ['OSQP', () => new solvers.OSQP().run(null, {Q, p, ...none})],
          ['EqualityConstrainedQP', () => new solvers.EqualityConstrainedQP().run(null, {Q, p, ...none})],
          [
            'BoxOSQP',
            () => new solvers.BoxOSQP().run(null, {Q, p, A: tf.expandDims(tf.eye(2), 0), ...bounds}),
          ],
          ['BoxCDQP', () => new solvers.BoxCDQP().run(null, {Q, p, ...bounds})],
        ] as const) {
          assert.match(
            messageOf(run),
            new RegExp(`${name} takes tensors, but Q is a sparse matrix: use solveQP or solveQPAsync`),
          );
        }
      }),
    ));
});
