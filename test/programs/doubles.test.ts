/** @file Values and gradients of every iterative solver before they are rounded to float32, against references in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile, solvers} from '../../src/index.js';
import {doublesOf, flatten, type Structure} from '../../src/autodiff/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {LONG} from '../helpers/effort.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {once} from '../helpers/once.js';
import {REFERENCES} from '../zoo/iterative-references.js';
import {ITERATIVE_SOLVERS, smoothProblems, type SolverCase, type Stepwise} from '../zoo/iterative-solvers.js';
import {vjpInF64} from '../zoo/maps.js';

const CLOSE = 1e-9;

const OPTIONS = {tolerance: 1e-12, maxIterations: 2000};

/** Values that float32 holds, another for each entry. */
const WEIGHTS = [0.75, -0.5, 1.25, 0.375];

/** The entries sample by sample: the leaves of x are [2, …], also those of a solver that takes both samples as one problem. */
function bySample(leaves: ArrayLike<number>[]): number[] {
  return [0, 1].flatMap((sample) =>
    leaves.flatMap((leaf) => {
      const width = leaf.length / 2;
      return Array.from(leaf).slice(sample * width, (sample + 1) * width);
    }),
  );
}

/** The parameters as one function of c, which is the last of them. */
function withC({params}: SolverCase, c: tf.Tensor): never[] {
  const given = params();
  const last = given.length - 1;
  tf.dispose(given[last] as tf.Tensor);
  return [...given.slice(0, last), c] as never[];
}

const cOf = ({params}: SolverCase) => params().at(-1) as tf.Tensor;

/** The solution of a problem and its gradient, in f64. */
const expectationOf = once((name: string) => {
  const reference = REFERENCES[name];
  const c = cOf(ITERATIVE_SOLVERS[name]);
  const values = Array.from(c.dataSync());
  c.dispose();
  const samples = [values.slice(0, 2), values.slice(2)];
  return {
    x: samples.flatMap((at) => reference(at)),
    gradient: samples.flatMap(
      (at, i) => vjpInF64(reference as never, [at], WEIGHTS.slice(2 * i, 2 * i + 2))[0],
    ),
  };
});

describeAnyBackend('solutions before rounding', (backend) => {
  for (const [name, given] of Object.entries(ITERATIVE_SOLVERS)) {
    const reference = REFERENCES[name];
    const solver = given.make(OPTIONS) as Stepwise;

    const solve = (c: tf.Tensor) => solver.run(given.init(), ...withC(given, c));
    /** Σ w x, with the weights sample by sample. */
    const loss = (c: tf.Tensor) =>
      tf.addN(
        flatten(solve(c).x).map((leaf, k, {length}) => {
          const width = leaf.size / 2;
          const weights = [0, 1].flatMap((sample) =>
            WEIGHTS.slice(2 * sample + k * (2 / length), 2 * sample + k * (2 / length) + width),
          );
          return tf.sum(tf.mul(leaf, tf.tensor(weights, leaf.shape)));
        }),
      ) as tf.Scalar;

    it(`${name}: the solution, and its gradient and tangent`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {x: solution, gradient} = expectationOf(name);
          const c = cOf(given);
          const {x, state} = solve(c);
          assert.isTrue(state.status.dataSync().every((code) => code === 0));
          expectClose(bySample(flatten(x).map(doublesOf)), solution, CLOSE);
          assert.isAtMost(Math.max(...doublesOf(state.residual)), OPTIONS.tolerance);

          expectClose(doublesOf(tf.grad(loss)(c)), gradient, CLOSE);

          // wᵀ∂x*ċ = (∂x*ᵀw)ᵀċ.
          const params = withC(given, c);
          const direction = tf.tensor2d([0.5, -1, 2, 0.25], [2, 2]);
          const tangents = [...params.slice(1).map(() => null), direction];
          const jvp = (solver as unknown as {jvp: (...args: unknown[]) => Structure}).jvp(
            x,
            params,
            tangents,
          );
          const along = bySample(flatten(jvp).map(doublesOf)).reduce((sum, v, i) => sum + WEIGHTS[i] * v, 0);
          const [a, b, e, f] = gradient;
          expectClose(along, 0.5 * a - b + 2 * e + 0.25 * f, CLOSE);
        }),
      ));

    // A compiled function calls no backend.
    if (backend !== 'cpu' && !LONG) continue;
    it(`${name}: inside of a compiled function`, () =>
      expectNoLeak(() => {
        const {x: solution, gradient} = expectationOf(name);
        const c = cOf(given);
        const value = compile((at: tf.Tensor) => flatten(solve(at).x), [c]);
        expectClose(bySample(value(c)), solution, CLOSE);
        const slope = compile((at: tf.Tensor) => tf.grad(loss)(at), [c]);
        expectClose(slope(c), gradient, CLOSE);
        // At another point, in double precision too.
        const other = Float64Array.of(0.55, 0.31, 0.45, -0.1);
        const samples = [[...other.slice(0, 2)], [...other.slice(2)]];
        if (name !== 'GaussNewton')
          expectClose(
            bySample(value(other)),
            samples.flatMap((at) => reference(at)),
            CLOSE,
          );
        c.dispose();
      }));
  }

  const newton = () => {
    const given = ITERATIVE_SOLVERS.Newton;
    return (given.make(OPTIONS) as Stepwise).run(given.init(), ...(given.params() as never[])).x as tf.Tensor;
  };
  const read = (x: tf.Tensor) => [...compile((at: tf.Tensor) => tf.clone(at), [x])(x)];
  const rounded = (values: readonly number[]) => values.map(Math.fround);

  it('can be read by compiling a copy', () =>
    tf.tidy(() => {
      const c = Array.from(cOf(ITERATIVE_SOLVERS.Newton).dataSync());
      const x = newton();
      const digits = read(x);
      expectClose(digits, [...REFERENCES.Newton(c.slice(0, 2)), ...REFERENCES.Newton(c.slice(2))], CLOSE);
      assert.notDeepEqual(digits, rounded(digits));
      assert.deepEqual(rounded(digits), [...x.dataSync()]);
    }));

  it('belong to the values of a variable, not to the variable', () =>
    tf.tidy(() => {
      const x = newton();
      const digits = read(x);
      const variable = tf.variable(tf.zerosLike(x));
      variable.assign(x);
      assert.deepEqual(read(variable), digits);
      variable.assign(tf.add(x, 1));
      assert.deepEqual(read(variable), [...variable.dataSync()]);
      // Through a variable, x may be freed before the values are.
      variable.assign(tf.tensor2d(digits, [2, 2]));
      assert.deepEqual(read(variable), rounded(digits));
      variable.dispose();
    }));

  if (backend === 'cpu')
    it('do not count where somebody wrote to the memory of a tensor', () =>
      tf.tidy(() => {
        const x = newton();
        // The cpu backend gives its own array.
        x.dataSync()[1] = 7;
        assert.deepEqual(read(x), [...x.dataSync()]);
      }));

  it('are passed on from one solver to the next, and back', () =>
    tf.tidy(() => {
      const {fun} = smoothProblems;
      const options = {...OPTIONS, batched: true};
      const first = new solvers.Newton({fun}, options);
      const second = new solvers.NewtonRoot({fun: smoothProblems.root}, options);
      const start = tf.ones([2, 2]);
      const both = (c: tf.Tensor) => second.run(start, first.run(start, c).x).x;
      const c = smoothProblems.c();
      const weights = tf.tensor2d(WEIGHTS, [2, 2]);
      const gradient = tf.grad((at: tf.Tensor) => tf.sum(tf.mul(weights, both(at))))(c);
      const chained = (at: number[]) => REFERENCES.NewtonRoot(REFERENCES.Newton(at));
      const samples = smoothProblems.C.map((row) => row.map(Math.fround));
      expectClose(doublesOf(both(c)), samples.flatMap(chained), CLOSE);
      const expected = samples.flatMap(
        (at, i) => vjpInF64(chained as never, [at], WEIGHTS.slice(2 * i, 2 * i + 2))[0],
      );
      expectClose(doublesOf(gradient), expected, CLOSE);
    }));

  it('are those of the samples that were solved, if others failed', () =>
    tf.tidy(() => {
      const c = tf.tensor2d([0.6, 0.3, NaN, 0.5], [2, 2]);
      const solver = new solvers.Newton({fun: smoothProblems.fun}, OPTIONS);
      const {x, state} = solver.run(tf.ones([2, 2]), c);
      assert.deepEqual([...state.status.dataSync()], [0, 4]);
      expectClose(doublesOf(x), [...REFERENCES.Newton([0.6, 0.3].map(Math.fround)), 0, 0], CLOSE);
    }));
});
