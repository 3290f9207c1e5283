/** @file Preconditioners: what they are for a matrix, how many iterations they save, how they are saved, and misuse. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  bicgstab,
  cg,
  gmres,
  linearSolverFromConfig,
  lu,
  normalCg,
  operators,
  preconditioners,
  type LinearSolver,
  type Operator,
  type PreconditionedOptions,
} from '../../src/linsolve/public.js';
import {describeBackends} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import {seededRandom} from '../zoo/linear-systems.js';

const {block, custom, jacobi} = preconditioners;

const SPD = {tags: {symmetric: true, positiveDefinite: true}};
const MAKERS: Record<string, (options?: PreconditionedOptions) => LinearSolver> = {cg, gmres, bicgstab};
const N = 12;

/** Well-conditioned matrices [2, 12, 12] between scales from 1 to 100; symmetric positive definite for CG. */
function badlyScaled(symmetric: boolean): tf.Tensor3D {
  const random = seededRandom(11);
  const values = Array.from({length: 2 * N * N}, () => (2 * random() - 1) / (2 * N));
  const noise = tf.tensor3d(values, [2, N, N]);
  const core = tf.add(tf.eye(N), symmetric ? tf.add(noise, tf.transpose(noise, [0, 2, 1])) : noise);
  const scales = tf.pow(10, tf.mul(tf.range(0, N), 2 / (N - 1)));
  // Out of order, so that each block has small and large ones.
  const mixed = tf.gather(scales, tf.tensor1d([0, 6, 3, 9, 1, 11, 5, 7, 2, 10, 8, 4], 'int32'));
  return tf.mul(tf.mul(core, tf.expandDims(mixed, 1)), mixed);
}

function solve(solver: LinearSolver, operator: Operator, b: tf.Tensor, transpose: boolean) {
  const factorization = solver.factor(operator);
  const x = transpose ? factorization.solveTranspose(b) : factorization.solve(b);
  const [converged, iterations] = [factorization.info!.converged, factorization.info!.iterations].map(
    (tensor) => Array.from(tensor.dataSync()),
  );
  factorization.dispose();
  return {x, converged, iterations};
}

describeBackends('preconditioners', () => {
  for (const [name, make] of Object.entries(MAKERS)) {
    for (const preconditioner of [jacobi(), block(5)]) {
      it(`${preconditioner.className} makes linsolve.${name} solve a badly scaled system in fewer iterations`, () =>
        expectNoLeak(() =>
          tf.tidy(() => {
            const operator = operators.dense(badlyScaled(name === 'cg'), name === 'cg' ? SPD : {});
            for (const transpose of [false, true]) {
              const one = tf.ones([2, N]);
              const b = transpose ? operator.applyTranspose(one) : operator.apply(one);
              const plain = solve(make(), operator, b, transpose);
              const faster = solve(make({preconditioner}), operator, b, transpose);
              assert.deepEqual(faster.converged, [1, 1]);
              faster.iterations.forEach((count, s) => assert.isBelow(count, plain.iterations[s]));
              // A residual of 1e-6, times what the scales allow.
              expectClose(faster.x, solve(lu(), operator, b, transpose).x, 1e-3);
            }
          }),
        ));
    }
  }

  for (const name of ['gmres', 'bicgstab']) {
    it(`linsolve.${name} needs one iteration with the inverse, and its transpose for the transposed system`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          // [[1, 2], [0, 1]] and its inverse.
          const A = operators.dense(tf.tensor2d([1, 2, 0, 1], [2, 2]));
          const inverse = tf.tensor2d([1, -2, 0, 1], [2, 2]);
          const preconditioner = custom({
            apply: (v) => tf.matMul(v, inverse, false, true),
            applyTranspose: (v) => tf.matMul(v, inverse),
          });
          const solver = MAKERS[name]({preconditioner});
          for (const transpose of [false, true]) {
            const {x, iterations} = solve(solver, A, tf.tensor1d([3, 4]), transpose);
            expectClose(x, transpose ? [3, -2] : [-5, 4], 1e-6);
            assert.deepEqual(iterations, [1]);
          }
        }),
      ));

    it(`linsolve.${name} says that a function has no transpose, and leaves nothing behind`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const A = operators.dense(tf.tensor2d([2, 0, 0, 4], [2, 2]));
          const half = (v: tf.Tensor2D): tf.Tensor2D => tf.mul(v, 0.5);
          const factorization = MAKERS[name]({preconditioner: half}).factor(A);
          const b = tf.tensor1d([2, 4]);
          expectClose(factorization.solve(b), [1, 1], 1e-6);
          const before = tf.memory().numTensors;
          assert.match(
            messageOf(() => factorization.solveTranspose(b)),
            /^preconditioners.custom: solveTranspose needs applyTranspose/,
          );
          assert.equal(tf.memory().numTensors, before);
          factorization.dispose();
        }),
      ));
  }

  it('linsolve.cg takes a function for the transposed system too', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const operator = operators.diagonal(tf.tensor1d([1, 100]), {tags: {positiveDefinite: true}});
        const preconditioner = (v: tf.Tensor2D): tf.Tensor2D => tf.mul(v, [1, 0.01]);
        const {x, iterations} = solve(cg({preconditioner}), operator, tf.tensor1d([1, 100]), true);
        expectClose(x, [1, 1], 1e-6);
        assert.deepEqual(iterations, [1]);
      }),
    ));

  it('jacobi takes the diagonal from the operator or from its matrix, zeros counting as 1', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const A = tf.tensor3d([2, 5, 5, 0, -4, 5, 5, 8], [2, 2, 2]);
        const known = {
          ...operators.dense(A),
          materialize: () => assert.fail('was materialised'),
        };
        for (const operator of [known, {...operators.dense(A), diagonal: undefined}]) {
          const prepared = jacobi().prepare(operator, [2, 2]);
          for (const product of ['apply', 'applyTranspose'] as const) {
            expectClose(prepared[product](tf.ones([2, 2])), [0.5, 1, -0.25, 0.125]);
          }
          prepared.dispose();
        }
      }),
    ));

  it('block inverts the blocks on the diagonal, singular ones counting as the identity, the last one smaller', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        // [[1, 2], [0, 1]], then a singular block, then 4; and what is not on the diagonal.
        const A = [1, 2, 9, 9, 9, 0, 1, 9, 9, 9, 9, 9, 1, 2, 9, 9, 9, 2, 4, 9, 9, 9, 9, 9, 4];
        const v = tf.tensor2d([1, 1, 3, 4, 5], [1, 5]);
        const two = tf.tile(v, [2, 1]);
        const expected = {apply: [-1, 1, 3, 4, 1.25], applyTranspose: [1, -1, 3, 4, 1.25]};
        const single = block(2).prepare(operators.dense(tf.tensor2d(A, [5, 5])), [5]);
        const batched = block(2).prepare(operators.dense(tf.tensor3d([...A, ...A], [2, 5, 5])), [2, 5]);
        for (const product of ['apply', 'applyTranspose'] as const) {
          const rows = expected[product];
          expectClose(single[product](v), rows, 1e-6);
          expectClose(batched[product](two), [...rows, ...rows], 1e-6);
        }
        single.dispose();
        batched.dispose();
        // One matrix for a batch of vectors.
        const shared = block(1).prepare(operators.diagonal(tf.tensor1d([2, 4]), {batched: true}), [3, 2]);
        expectClose(shared.apply(tf.ones([3, 2])), [0.5, 0.25, 0.5, 0.25, 0.5, 0.25], 1e-6);
        shared.dispose();
      }),
    ));

  it('are prepared once a factorization, which frees what they hold', () =>
    expectNoLeak(() => {
      const A = tf.tidy(() => badlyScaled(false));
      const b = tf.ones([2, N]);
      let [prepared, disposed] = [0, 0];
      const counted: preconditioners.Preconditioner = {
        ...block(4),
        prepare(operator, shape) {
          prepared++;
          const inner = block(4).prepare(operator, shape);
          return {
            ...inner,
            dispose() {
              disposed++;
              inner.dispose();
            },
          };
        },
      };
      const before = tf.memory().numTensors;
      const factorization = gmres({preconditioner: counted}).factor(operators.dense(A));
      tf.dispose([factorization.solve(b), factorization.solveTranspose(b), factorization.solve(b)]);
      assert.deepEqual([prepared, disposed], [1, 0]);
      factorization.dispose();
      assert.deepEqual([prepared, disposed], [1, 1]);
      assert.equal(tf.memory().numTensors, before);
      tf.dispose([A, b]);
    }));

  it('leave nothing behind where the operator throws', () =>
    expectNoLeak(() =>
      tf.tidy(() => {
        const operator = {
          ...operators.dense(tf.eye(2)),
          diagonal: undefined,
          materialize: () => assert.fail('cannot be materialised'),
        };
        for (const preconditioner of [jacobi(), block(2)]) {
          const factorization = bicgstab({preconditioner}).factor(operator);
          const b = tf.ones([2]);
          const before = tf.memory().numTensors;
          assert.match(
            messageOf(() => factorization.solve(b)),
            /cannot be materialised/,
          );
          assert.equal(tf.memory().numTensors, before);
          factorization.dispose();
        }
      }),
    ));

  it('are saved with their solver, but for functions', () => {
    for (const [className, make] of Object.entries(MAKERS)) {
      for (const preconditioner of [jacobi(), block(3)]) {
        const solver = make({preconditioner, maxIterations: 7});
        const saved = {className: preconditioner.className, config: preconditioner.getConfig()};
        assert.deepEqual(solver.getConfig().preconditioner, saved);
        const config = JSON.parse(JSON.stringify(solver.getConfig())) as Record<string, unknown>;
        assert.deepEqual(linearSolverFromConfig({className, config}).getConfig(), solver.getConfig());
      }
      for (const preconditioner of [custom({apply: (v) => v}), (v: tf.Tensor2D) => v]) {
        assert.deepEqual(make({preconditioner}).getConfig(), make().getConfig());
      }
    }
    assert.match(
      messageOf(() => cg({preconditioner: {className: 'magic', config: {}}})),
      /Unknown preconditioner 'magic'; known: .*\bjacobi\b/,
    );
  });

  it('are not for the normal equations', () => {
    const options: PreconditionedOptions = {preconditioner: () => assert.fail('was applied')};
    assert.match(
      messageOf(() => normalCg(options)),
      /linsolve\.normalCg: unknown option 'preconditioner'/,
    );
  });

  it('refuse a size that is none', () => {
    for (const size of [0, 1.5, NaN]) {
      assert.match(
        messageOf(() => block(size)),
        /^preconditioners.block: size must be a positive integer, got/,
      );
    }
  });
});
