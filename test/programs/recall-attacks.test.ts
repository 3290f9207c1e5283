/** @file Functions that change between runs in ways that are easy to overlook: a used solver computes what a new one does. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  conditions,
  customRoot,
  enableHigherOrderGradients,
  linsolve,
  losses,
  objectives,
  projections,
  solvers,
} from '../../src/index.js';
import {flatten, type Structure} from '../../src/autodiff/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose} from '../helpers/expect.js';

const numbers = (structure: Structure) => flatten(structure).flatMap((leaf) => Array.from(leaf.dataSync()));

interface AnySolver {
  run: (init: never, ...params: never[]) => {x: Structure};
}

/** The solution, and the gradient of a weighted sum of it in `at`. */
function solved(solver: unknown, init: Structure, at: tf.Tensor, rest: readonly unknown[] = []): number[] {
  return tf.tidy(() => {
    let x!: number[];
    const loss = (t: tf.Tensor) => {
      const found = (solver as AnySolver).run(init as never, ...([...rest, t] as never[])).x;
      x = numbers(found);
      return tf.addN(flatten(found).map((leaf) => tf.sum(tf.mul(leaf, tf.add(leaf, 1))))) as tf.Scalar;
    };
    const gradient = tf.grad(loss)(at);
    return [...x, ...numbers(gradient)] as never;
  }) as unknown as number[];
}

/** Three runs as it is, then three after each change. */
function compare<S>(
  make: () => S,
  outcome: (subject: S) => number[],
  changes: readonly (() => void)[],
): void {
  const used = make();
  for (const change of [() => undefined, ...changes]) {
    change();
    for (let run = 0; run < 3; run++) expectClose(outcome(used), outcome(make()), 1e-6, 1e-7);
  }
}

const at = () => tf.tensor2d([[0.4, 0.7]]);
const zeros = () => tf.zeros([1, 2]);
const fixedPoint = (fun: (x: tf.Tensor, a: tf.Tensor) => tf.Tensor) => () =>
  new solvers.FixedPointIteration({fun});

describeAnyBackend('functions that change', () => {
  before(() => enableHigherOrderGradients());

  it('make constants that nothing uses', () => {
    let isMade = false;
    const fun = (x: tf.Tensor, a: tf.Tensor) => {
      if (isMade) tf.scalar(7);
      return tf.mul(0.5, tf.add(tf.cos(x), tf.mul(0.2, a)));
    };
    compare(fixedPoint(fun), (solver) => solved(solver, zeros(), at()), [
      () => (isMade = true),
      () => (isMade = false),
    ]);
  });

  it('make constants in another order', () => {
    let isTurned = false;
    const fun = (x: tf.Tensor, a: tf.Tensor) => {
      const make = [() => tf.scalar(0.2), () => tf.scalar(0.5)];
      const made = isTurned
        ? make
            .reverse()
            .map((f) => f())
            .reverse()
        : make.map((f) => f());
      return tf.mul(made[1], tf.add(tf.cos(x), tf.mul(made[0], a)));
    };
    compare(fixedPoint(fun), (solver) => solved(solver, zeros(), at()), [() => (isTurned = true)]);
  });

  it('get another derivative, with the same values', () => {
    let isOn = false;
    const doubled = tf.customGrad((x) => ({
      value: tf.mul(x as tf.Tensor, 2),
      gradFunc: (dy: tf.Tensor) => [tf.mul(dy, -3)],
    }));
    const fun = (x: tf.Tensor, a: tf.Tensor) =>
      tf.mul(0.25, tf.add(tf.cos(x), isOn ? doubled(a) : tf.mul(a, 2)));
    compare(fixedPoint(fun), (solver) => solved(solver, zeros(), at()), [
      () => (isOn = true),
      () => (isOn = false),
    ]);
  });

  it('have numbers in the derivative alone', () => {
    let smoothing = 1e-3;
    let degenerate: 'smooth' | 'oneSided' | 'leastNorm' = 'smooth';
    const fun = (x: tf.Tensor, a: tf.Tensor) =>
      tf.mul(
        0.5,
        tf.add(tf.mul(0.5, tf.cos(x)), projections.simplex(tf.mul(2, a), {degenerate, smoothing} as never)),
      );
    compare(fixedPoint(fun), (solver) => solved(solver, zeros(), at()), [
      () => (smoothing = 0.5),
      () => (degenerate = 'oneSided'),
      () => (degenerate = 'leastNorm'),
    ]);
  });

  it('have a kink with a policy', () => {
    let smoothing = 1e-3;
    const fun = (x: tf.Tensor, a: tf.Tensor) =>
      tf.mul(
        0.5,
        tf.add(tf.mul(0.5, tf.cos(x)), conditions.positivePart(a, {degenerate: 'smooth', smoothing})),
      );
    compare(fixedPoint(fun), (solver) => solved(solver, zeros(), at()), [() => (smoothing = 0.5)]);
  });

  it('call a conjugate with another prediction', () => {
    let factor = 1;
    const fun = (x: tf.Tensor, a: tf.Tensor) => {
      const loss = losses.fenchelYoung({
        conjugate: (theta) => tf.logSumExp(theta, -1),
        prediction: (theta) => tf.mul(factor, tf.softmax(theta)),
      });
      const target = tf.tensor2d([[1, 0]]);
      return tf.add(tf.mul(0.25, tf.cos(x)), tf.mul(0.1, tf.expandDims(loss(target, a), 1)));
    };
    compare(fixedPoint(fun), (solver) => solved(solver, zeros(), at()), [() => (factor = 3)]);
  });

  it('smooth with another strength', () => {
    let sigma = 0.5;
    const fun = (x: tf.Tensor, a: tf.Tensor) => {
      const softmax = solvers.perturbedMax(
        {argmax: (rows: tf.Tensor) => tf.cast(tf.oneHot(tf.argMax(rows, 1), 2), 'float32')},
        {sigma, seed: 3, numSamples: 20},
      );
      return tf.add(tf.mul(0.25, tf.cos(x)), tf.mul(0.1, tf.expandDims(softmax(a), 1)));
    };
    compare(fixedPoint(fun), (solver) => solved(solver, zeros(), at()), [() => (sigma = 2)]);
  });

  it('get x with its names in another order', () => {
    type X = {u: tf.Tensor; v: tf.Tensor};
    const root = customRoot<X, [tf.Tensor]>(({u, v}, a) => ({u: tf.sub(u, a), v: tf.sub(v, tf.mul(3, a))}));
    const solve = (isTurned: boolean) =>
      root((_init, a) => {
        const [u, v] = [tf.clone(a), tf.mul(3, a)];
        return isTurned ? {v, u} : {u, v};
      });
    const f = (isTurned: boolean) =>
      tf.tidy(() => {
        const loss = (a: tf.Tensor) => {
          const {u, v} = solve(isTurned)(null as never, a);
          return tf.add(tf.sum(u), tf.mul(10, tf.sum(v))) as tf.Scalar;
        };
        return numbers(tf.grad(loss)(at())) as never;
      }) as unknown as number[];
    for (const isTurned of [false, false, false, true, true, true, false]) {
      expectClose(f(isTurned), [31, 31], 1e-5);
    }
  });

  it('get a tensor where there was null', () => {
    const F = (x: tf.Tensor, a: tf.Tensor | null, b: tf.Tensor | null) =>
      a ? tf.sub(x, tf.mul(2, a)) : tf.sub(x, tf.mul(3, b!));
    const root = customRoot<tf.Tensor, [tf.Tensor | null, tf.Tensor | null]>(F)((_init, a, b) =>
      a ? tf.mul(2, a) : tf.mul(3, b!),
    );
    const f = (isFirst: boolean) =>
      tf.tidy(() => {
        const loss = (t: tf.Tensor) =>
          tf.sum(isFirst ? root(null, t, null) : root(null, null, t)) as tf.Scalar;
        return numbers(tf.grad(loss)(at())) as never;
      }) as unknown as number[];
    for (const isFirst of [true, true, true, false, false, false, true]) {
      expectClose(f(isFirst), isFirst ? [2, 2] : [3, 3], 1e-5);
    }
  });

  it('run a solver whose function changes in between', () => {
    let inner = 0;
    const half = new solvers.FixedPointIteration({
      fun: (y: tf.Tensor, a: tf.Tensor) => tf.add(tf.mul(0.5, y), tf.mul(0.5, tf.add(a, inner))),
    });
    const fun = (x: tf.Tensor, a: tf.Tensor) => {
      // What reads values runs operation by operation.
      a.dataSync();
      let sum = tf.mul(0.1, tf.cos(x)) as tf.Tensor;
      for (const shift of [0, 1, 3]) {
        inner = shift;
        sum = tf.add(sum, tf.mul(0.1, half.run(tf.zeros([1, 2]), a).x));
      }
      return sum;
    };
    const solver = new solvers.FixedPointIteration({fun}, {maxIterations: 30});
    for (let k = 0; k < 4; k++) {
      tf.tidy(() => {
        const {x} = solver.run(zeros(), at());
        const [x0] = numbers(x);
        expectClose(x0, 0.1 * Math.cos(x0) + 0.1 * (3 * 0.4 + 4), 1e-4);
      });
    }
  });

  it('are a condition with formulas of its own', () => {
    let factor = 1;
    const make = () => {
      const F: conditions.FixedPointCondition | ((x: tf.Tensor, a: tf.Tensor) => tf.Tensor) = (
        x: tf.Tensor,
        a: tf.Tensor,
      ) => tf.sub(tf.mul(2, x), a);
      (F as {linearize?: unknown}).linearize = (x: tf.Tensor) =>
        linsolve.operators.diagonal(tf.mul(tf.fill(x.shape, 1), tf.scalar(factor)));
      return new solvers.NewtonRoot({fun: F as never}, {maxIterations: 2, tolerance: 0});
    };
    compare(
      make,
      (solver) =>
        tf.tidy(
          () => numbers((solver as AnySolver).run(zeros() as never, at() as never).x) as never,
        ) as never,
      [() => (factor = 3)],
    );
  });

  it('are a line search', () => {
    let length = 0.1;
    const make = () =>
      new solvers.BFGS(
        {fun: (x: tf.Tensor, a: tf.Tensor) => tf.sum(tf.square(tf.sub(x, a)), 1)},
        {
          maxIterations: 2,
          tolerance: 0,
          lineSearch: {
            className: 'own',
            search: (_phi, {trial}) => tf.mul(trial, length),
          },
        },
      );
    compare(make, (solver) => tf.tidy(() => numbers(solver.run(zeros(), at()).x) as never) as never, [
      () => (length = 0.3),
    ]);
  });

  it('are a preconditioner', () => {
    let factor = 1;
    const make = () =>
      new solvers.Newton(
        {fun: (x: tf.Tensor, a: tf.Tensor) => tf.sum(tf.square(tf.square(tf.sub(x, a))), 1)},
        {
          maxIterations: 2,
          tolerance: 0,
          linsolve: linsolve.cg({
            maxIterations: 1,
            preconditioner: linsolve.preconditioners.custom({
              apply: (v) => tf.mul(v, tf.tensor1d([1, factor])) as tf.Tensor2D,
            }),
          }),
        },
      );
    compare(make, (solver) => tf.tidy(() => numbers(solver.run(zeros(), at()).x) as never) as never, [
      () => (factor = 7),
    ]);
  });

  it('are methods that call each other', () => {
    let calls = 0;
    const objective = () =>
      objectives.structured({
        matrix: (A: tf.Tensor) => A,
        value(product: tf.Tensor) {
          calls++;
          return tf.mul(
            (this as unknown as {smoothness: () => number}).smoothness(),
            tf.mul(0.5, tf.sum(tf.square(product), 1)),
          );
        },
        smoothness: () => 1,
        ridge: () => 0.5,
        linear: () => tf.tensor1d([1, 2]),
      });
    const make = () => new solvers.GradientDescent({fun: objective() as never});
    const A = tf.tensor2d([
      [1, 0.5],
      [0, 1],
    ]);
    const used = make();
    const counts = [0, 1, 2, 3].map(() => {
      calls = 0;
      solved(used, zeros(), A);
      return calls;
    });
    assert.isBelow(counts[3], counts[0]);
  });

  it('make so many numbers that none of it is kept', () => {
    let calls = 0;
    let start = 0;
    const fun = (x: tf.Tensor, a: tf.Tensor) => {
      calls++;
      const many = tf.tensor1d(Float32Array.from({length: 300_000}, (_, i) => 0.1 * (i % 7)));
      return tf.mul(0.3, tf.add(tf.add(tf.cos(x), a), tf.slice(many, start, 2)));
    };
    const used = fixedPoint(fun)();
    const counts = [0, 1, 2, 3].map(() => {
      calls = 0;
      solved(used, zeros(), at());
      return calls;
    });
    assert.equal(counts[3], counts[0]);
    start = 3;
    expectClose(solved(used, zeros(), at()), solved(fixedPoint(fun)(), zeros(), at()), 1e-6);
  });

  it('belong to SparseCoding without implicit gradients', () => {
    const solver = new solvers.SparseCoding({implicitDiff: false});
    tf.tidy(() => {
      const {x} = solver.run(zeros(), {l1: 0.1, l2: 0.1} as never, tf.eye(2) as never, at() as never);
      expectClose(numbers(x), [0.3 / 1.1, 0.6 / 1.1], 1e-4);
    });
  });
});
