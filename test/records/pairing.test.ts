/** @file Records are paired by name, whatever the order of their keys; a wrong name is said; one tensor in two places is two arguments. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {
  conditions,
  customFixedPoint,
  customRoot,
  jvp,
  linsolve,
  rootJvp,
  rootVjp,
  solvers,
  vjp,
  type Structure,
} from '../../src/index.js';
import {flattenLike} from '../../src/autodiff/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';

type Pair = {u: tf.Tensor; v: tf.Tensor};

const at = (value: number): tf.Tensor => tf.tensor2d([[value]]);
const column = (values: number[]): tf.Tensor => tf.tensor2d(values, [values.length, 1]);
const turned = ({u, v}: Pair): Pair => ({v, u});
const tidily = (f: () => void) => () => expectNoLeak(() => tf.tidy(f));

/** u = ½v + t, v = u/3: u = 6/5·t, v = 2/5·t; t = 7.5 gives 9 and 3. */
const map = ({u, v}: Pair, t: tf.Tensor): Pair => ({
  v: tf.div(u, 3),
  u: tf.add(tf.mul(0.5, v), t),
});
const residual = (x: Pair, t: tf.Tensor): Pair => {
  const {u, v} = map(x, t);
  return {v: tf.sub(x.v, v), u: tf.sub(x.u, u)};
};
const start = (): Pair => ({u: at(0), v: at(0)});
const T = () => at(7.5);

/** ½(u − v/2 − t)² + ½(v − u/3)² is least there too; a gradient by hand with its names the other way round. */
const gradient = ({u, v}: Pair, t: tf.Tensor): Pair => {
  const [a, b] = [tf.sub(tf.sub(u, tf.mul(0.5, v)), t), tf.sub(v, tf.div(u, 3))];
  return {v: tf.sub(b, tf.mul(0.5, a)), u: tf.sub(a, tf.div(b, 3))};
};
const value = ({u, v}: Pair, t: tf.Tensor): tf.Tensor => {
  const [a, b] = [tf.sub(tf.sub(u, tf.mul(0.5, v)), t), tf.sub(v, tf.div(u, 3))];
  return tf.sum(tf.mul(0.5, tf.add(tf.square(a), tf.square(b))), 1);
};
const rows = ({v, u}: Pair, t: tf.Tensor): tf.Tensor =>
  tf.concat([tf.sub(tf.sub(u, tf.mul(0.5, v)), t), tf.sub(v, tf.div(u, 3))], 1);
const swapped = (y: Pair) => turned(y);

type Runs = (init: Pair, t: tf.Tensor) => {x: Pair; state: solvers.IterationState};
const run = (solver: {run(init: Pair, t: tf.Tensor): unknown}): Runs =>
  ((init, t) => solver.run(init, t)) as Runs;
const step = {stepSize: 0.5, maxIterations: 2000, tolerance: 1e-7};

const SOLVERS: Record<string, () => Runs> = {
  FixedPointIteration: () => run(new solvers.FixedPointIteration<Pair, [tf.Tensor]>({fun: map})),
  AndersonAcceleration: () => run(new solvers.AndersonAcceleration<Pair, [tf.Tensor]>({fun: map})),
  AndersonWrapper: () =>
    run(
      new solvers.AndersonWrapper<Pair, [tf.Tensor]>(
        new solvers.FixedPointIteration<Pair, [tf.Tensor]>({fun: map}),
      ),
    ),
  GradientDescent: () => run(new solvers.GradientDescent<Pair, [tf.Tensor]>({fun: {gradient}})),
  'GradientDescent, fixed step': () =>
    run(new solvers.GradientDescent<Pair, [tf.Tensor]>({fun: {gradient}}, step)),
  ProximalGradient: () => {
    const solver = new solvers.ProximalGradient<Pair, null, [tf.Tensor]>({fun: {gradient}, prox: swapped});
    return (init, t) => solver.run(init, null, t);
  },
  ProjectedGradient: () => {
    const solver = new solvers.ProjectedGradient<Pair, null, [tf.Tensor]>(
      {fun: {gradient}, projection: swapped},
      step,
    );
    return (init, t) => solver.run(init, null, t);
  },
  MirrorDescent: () => {
    const geometry = {mirrorMap: swapped, projection: swapped};
    const solver = new solvers.MirrorDescent<Pair, null, [tf.Tensor]>({fun: {gradient}, geometry}, step);
    return (init, t) => solver.run(init, null, t);
  },
  LBFGS: () => run(new solvers.LBFGS<Pair, [tf.Tensor]>({fun: value})),
  Newton: () => run(new solvers.Newton<Pair, [tf.Tensor]>({fun: value})),
  GaussNewton: () => run(new solvers.GaussNewton<Pair, [tf.Tensor]>({fun: rows})),
  LevenbergMarquardt: () => run(new solvers.LevenbergMarquardt<Pair, [tf.Tensor]>({fun: rows})),
  NewtonRoot: () => run(new solvers.NewtonRoot<Pair, [tf.Tensor]>({fun: residual})),
  Broyden: () => run(new solvers.Broyden<Pair, [tf.Tensor]>({fun: residual})),
};

describeAnyBackend('records are paired by name', () => {
  for (const [name, make] of Object.entries(SOLVERS)) {
    it(
      `in ${name}: result, gradient, and a start in the other order`,
      tidily(() => {
        for (const init of [start(), turned(start())]) {
          const slope = tf.grad((t) => {
            const {x, state} = make()(init, t);
            expectClose(state.status, [0]);
            expectClose(x.u, 9, 1e-5);
            expectClose(x.v, 3, 1e-5);
            return tf.add(tf.sum(x.u), tf.mul(10, tf.sum(x.v)));
          });
          // du/dt = 1.2, dv/dt = 0.4.
          expectClose(slope(T()), 1.2 + 4, 1e-5);
        }
      }),
    );
  }

  const solved = () => ({u: at(9), v: at(3)});
  const differentiated: Record<string, (t: tf.Tensor) => Pair> = {
    customFixedPoint: (t) => customFixedPoint(map)(() => solved())(null, t),
    customRoot: (t) => customRoot(residual)(() => turned(solved()))(null, t),
    'conditions.newton': (t) => customRoot(conditions.newton(residual))(() => turned(solved()))(null, t),
    'conditions.stationary of {gradient}': (t) =>
      customRoot(conditions.stationary<Pair, [tf.Tensor]>({gradient}))(() => solved())(null, t),
    'conditions.proximalGradient': (t) =>
      customRoot(conditions.proximalGradient<Pair, null, [tf.Tensor]>({gradient}, swapped))(() => solved())(
        null,
        null,
        t,
      ),
  };
  for (const [name, solve] of Object.entries(differentiated)) {
    it(
      `in ${name}`,
      tidily(() => {
        expectClose(tf.grad((t) => tf.sum(solve(t).u))(T()), 1.2, 1e-5);
        expectClose(tf.grad((t) => tf.sum(solve(t).v))(T()), 0.4, 1e-5);
        expectClose(jvp(solve, [T()], [at(1)]).v, 0.4, 1e-5);
      }),
    );
  }

  it(
    'in vjp: the cotangent',
    tidily(() => {
      const f = (x: tf.Tensor) => ({a: tf.square(x), b: tf.mul(1, x)});
      expectClose(vjp(f, [tf.scalar(3)], {b: tf.scalar(0), a: tf.scalar(1)})[0], 6);
      expectClose(vjp(f, [tf.scalar(4)], {b: tf.scalar(0), a: tf.scalar(1)})[0], 8);
      expectClose(vjp(f, [tf.scalar(4)], {b: tf.scalar(1), a: tf.scalar(0)})[0], 1);
    }),
  );

  it(
    'in jvp: the tangents',
    tidily(() => {
      const f = ({a, b}: {a: tf.Tensor; b: tf.Tensor}) => tf.add(a, tf.mul(10, b));
      const point = {a: tf.scalar(2), b: tf.scalar(3)};
      expectClose(jvp(f, [point], [{b: tf.scalar(0), a: tf.scalar(1)}]) as tf.Tensor, 1);
    }),
  );

  it(
    'in rootVjp and rootJvp: x, parameters, cotangent, tangents',
    tidily(() => {
      const F = (x: Pair, {s, t}: {s: tf.Tensor; t: tf.Tensor}): Pair => ({
        v: tf.sub(x.v, tf.mul(3, t)),
        u: tf.sub(x.u, tf.mul(-2, s)),
      });
      const x = {v: at(3), u: at(-2)};
      const theta = {t: at(1), s: at(1)};
      const tangent = rootJvp(F, x, [theta], [{s: at(1), t: at(0)}]);
      expectClose(tangent.u, -2);
      expectClose(tangent.v, 0);
      const [slope] = rootVjp(F, x, [theta], {u: at(1), v: at(0)});
      expectClose(slope.s, -2);
      expectClose(slope.t, 0);
    }),
  );

  it(
    'in the rows of quadraticKkt and linsolve.kkt',
    tidily(() => {
      // min ½‖x‖² + pᵀx subject to x₀ + x₁ = 1: x = −p + (1 + p₀ + p₁)/2.
      const data = {
        ...{
          Q: tf.tensor3d([
            [
              [1, 0],
              [0, 1],
            ],
          ]),
          p: tf.tensor2d([[1, 2]]),
        },
        ...{G: tf.tensor3d([[[1, 0]]]), h: tf.tensor2d([[10]])},
        ...{A: tf.tensor3d([[[1, 1]]]), b: tf.tensor2d([[1]])},
      };
      const found = {eqDual: at(-2), ineqDual: at(0), x: tf.tensor2d([[1, 0]])};
      const activity = {weight: at(0), status: tf.tensor1d([0], 'int32')};
      for (const linear of [linsolve.kkt(), linsolve.lu(), linsolve.auto()]) {
        const solve = customRoot(conditions.quadraticKkt, {linsolve: linear})(() => found);
        const slope = tf.grad((p) => tf.sum(tf.mul(solve(null, {...data, p}, activity).x, [[1, 0]])))(data.p);
        expectClose(slope, [-0.5, 0.5]);
      }
    }),
  );

  it(
    'for whatever order of whatever names (fast-check)',
    tidily(() => {
      fc.assert(
        fc.property(
          fc.uniqueArray(fc.string({minLength: 1, maxLength: 6}), {minLength: 1, maxLength: 6}),
          fc.infiniteStream(fc.nat()),
          (names, order) => {
            fc.pre(!names.includes('__proto__'));
            tf.tidy(() => {
              const shuffled = names
                .map((name) => [order.next().value as number, name] as const)
                .sort(([a], [b]) => a - b)
                .map(([, name]) => name);
              const record = (keys: readonly string[]) =>
                Object.fromEntries(keys.map((name) => [name, tf.scalar(names.indexOf(name))]));
              const like = {outer: [record(names), tf.scalar(9)]};
              const leaves = flattenLike('y', {outer: [record(shuffled), tf.scalar(9)]}, like);
              const own = flattenLike('y', like, like);
              leaves.forEach((leaf, i) => expectClose(leaf, own[i]));
            });
          },
        ),
        {numRuns: 100},
      );
    }),
  );
});

describe('a structure of another make is refused, with the name', () => {
  const pair = (names: string[]) => Object.fromEntries(names.map((name) => [name, at(1)]));
  const F = (x: Pair, t: tf.Tensor) => ({u: tf.sub(x.u, t), vv: tf.sub(x.v, t)}) as unknown as Pair;
  const grad = (f: (t: tf.Tensor) => Structure) => () => tf.grad((t) => tf.sum((f(t) as Pair).u))(at(1));
  const start = (): Pair => ({u: at(1), v: at(1)});
  const cases: [string, () => unknown, RegExp][] = [
    [
      'a misnamed result of F',
      grad((t) => customRoot(F)(start)(null, t)),
      /What the condition returns.*'v' is missing \(is 'vv' a typo for it\?\)/,
    ],
    [
      'a misnamed result of T',
      grad((t) => customFixedPoint(F)(start)(null, t)),
      /fixed-point map returns.*'v' is missing \(is 'vv' a typo for it\?\)/,
    ],
    [
      'a result of F that lacks a name',
      grad((t) => customRoot((x: Pair) => ({u: tf.sub(x.u, t)}) as Pair)(start)(null)),
      /'v' is missing; expected u, v/,
    ],
    [
      'a result of F with a name more',
      grad((t) => customRoot((x: Pair) => ({...start(), w: tf.sub(x.u, t)}) as Pair)(start)(null)),
      /there is no 'w'; expected u, v/,
    ],
    [
      'a list for a record',
      grad((t) => customRoot((x: Pair) => [tf.sub(x.u, t), x.v] as unknown as Pair)(start)(null)),
      /expected a record \{u, v\}, got an array/,
    ],
    [
      'a cotangent of vjp',
      () => vjp((x: tf.Tensor) => ({a: x, b: x}), [at(1)], pair(['a', 'bb'])),
      /vjp: the cotangent.*like the result of f: 'b' is missing \(is 'bb' a typo for it\?\)/,
    ],
    [
      'a tangent of jvp',
      () => jvp(({a, b}: Record<string, tf.Tensor>) => tf.add(a, b), [pair(['a', 'b'])], [pair(['a', 'bb'])]),
      /jvp: tangent 0.*'b' is missing/,
    ],
    [
      'a list of another length',
      () => jvp((x: tf.Tensor[]) => x[0], [[at(1), at(1)]], [[at(1)]]),
      /tangent 0.*expected 2 entries, got 1/,
    ],
    [
      'a cotangent of rootVjp',
      () => rootVjp(F, start(), [at(1)], pair(['u', 'w']) as Pair),
      /rootVjp: the cotangent.*'v' is missing.*expected u, v/,
    ],
    [
      'a tangent of rootJvp',
      () =>
        rootJvp(
          (x: Pair, p: Pair) => ({u: tf.sub(x.u, p.u), v: tf.sub(x.v, p.v)}),
          start(),
          [start()],
          [pair(['u', 'vee']) as Pair],
        ),
      /rootJvp: tangent 0.*parameter 0: 'v' is missing/,
    ],
    [
      'a deep name',
      () => vjp((x: tf.Tensor) => ({a: [x, {b: x}]}), [at(1)], {a: [at(1), {c: at(1)}]}),
      /at a\[1\], 'b' is missing/,
    ],
    [
      'a gradient by hand',
      () =>
        new solvers.GradientDescent<Pair, []>({
          fun: {gradient: (x) => ({u: x.u, vv: x.v}) as unknown as Pair},
        }).run(start()),
      /The gradient.*'v' is missing \(is 'vv' a typo for it\?\)/,
    ],
    [
      'a function whose root is sought',
      () => new solvers.Broyden<Pair, [tf.Tensor]>({fun: F}).run(start(), at(1)),
      /What Broyden: fun returns.*'v' is missing/,
    ],
    [
      'a prox',
      () =>
        new solvers.ProximalGradient<Pair, null, []>({
          fun: {gradient: (x) => x},
          prox: (y) => ({u: y.u, w: y.v}) as unknown as Pair,
        }).run(start(), null),
      /'v' is missing|there is no 'w'|'w' is missing/,
    ],
  ];
  for (const [name, f, message] of cases) {
    it(`${name}`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          assert.match(messageOf(f), message);
        }),
      ));
  }
});

describeAnyBackend('one tensor in two places is two arguments', () => {
  const shift = (x: tf.Tensor, t: tf.Tensor) => tf.sub(x, t);

  it(
    'in vjp and jvp',
    tidily(() => {
      const c = tf.scalar(3);
      const one = tf.scalar(1);
      const f = (a: tf.Tensor, b: tf.Tensor) => tf.mul(a, tf.square(b));
      expectClose(jvp(f, [c, c], [one, null]) as tf.Tensor, 9);
      expectClose(jvp(f, [c, c], [null, one]) as tf.Tensor, 18);
      expectClose(jvp(f, [c, c], [one, one]) as tf.Tensor, 27);
      const [da, db] = vjp(f, [c, c], one);
      expectClose(da, 9);
      expectClose(db, 18);
      const [{a, b}] = vjp(({a, b}: {a: tf.Tensor; b: tf.Tensor}) => f(a, b), [{a: c, b: c}], one);
      expectClose(a, 9);
      expectClose(b, 18);
      // A point that f also closes over counts wherever it stands, as in tf.grad.
      expectClose(vjp((x: tf.Tensor) => tf.mul(x, c), [c], one)[0], 6);
      expectClose(jvp((x: tf.Tensor) => tf.mul(x, c), [c], [one]) as tf.Tensor, 6);
      expectClose(tf.grad((x) => tf.mul(x, c))(c), 6);
    }),
  );

  it(
    'in vjp, differentiated again',
    tidily(() => {
      const c = tf.scalar(3);
      const f = (a: tf.Tensor, b: tf.Tensor) => tf.mul(a, tf.square(b));
      // d/dc of ∂f/∂a at (c, c) = c² and of ∂f/∂b = 2c².
      expectClose(tf.grad((x) => vjp(f, [x, x], tf.scalar(1))[0])(c), 6);
      expectClose(tf.grad((x) => vjp(f, [x, x], tf.scalar(1))[1])(c), 12);
      expectClose(tf.grad((x) => jvp(f, [x, x], [tf.scalar(1), null]) as tf.Tensor)(c), 6);
    }),
  );

  it(
    'in rootVjp and rootJvp',
    tidily(() => {
      const c = at(2);
      expectClose(rootVjp(shift, c, [c], at(1))[0], 1);
      expectClose(rootJvp(shift, c, [c], [at(1)]), 1);
      // x = a·b² with a, b, x and v one tensor: F = x − a·b², at 1.
      const F = (x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.sub(x, tf.mul(a, tf.square(b)));
      const one = at(1);
      const slopes = rootVjp(F, one, [one, one], one);
      expectClose(slopes[0], 1);
      expectClose(slopes[1], 2);
      expectClose(rootJvp(F, one, [one, one], [one, null]), 1);
      expectClose(rootJvp(F, one, [one, one], [null, one]), 2);
      // What F also closes over is a constant.
      const closed = (x: tf.Tensor, t: tf.Tensor) => tf.sub(x, tf.mul(t, one));
      expectClose(rootVjp(closed, one, [one], one)[0], 1);
    }),
  );

  it(
    'in customRoot, whose solver returns the parameter itself',
    tidily(() => {
      const F = (x: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.sub(x, tf.mul(a, tf.square(b)));
      const solve = customRoot(F)((_init, a) => a);
      const c = at(1);
      // tf.grads knows tensors by identity: each gets the whole derivative of c·c².
      for (const slope of tf.grads((a, b) => solve(null, a, b))([c, c])) expectClose(slope, 3);
      expectClose(tf.grad((x) => solve(x, x, x))(c), 3);
      const [da, db] = vjp((a: tf.Tensor, b: tf.Tensor) => solve(null, a, b), [c, c], c);
      expectClose(da, 1);
      expectClose(db, 2);
    }),
  );

  const far = [1, 2, 4];
  /** x = t from the start t, where x and t are one tensor; and dx/dt = 1. */
  const minimised = (x: tf.Tensor, t: tf.Tensor) => tf.sum(tf.square(tf.sub(x, tf.mul(2, t))), 1);
  const runs: Record<string, (c: tf.Tensor) => tf.Tensor> = {
    GradientDescent: (c) => new solvers.GradientDescent({fun: minimised}).run(c, c).x,
    'GradientDescent, fixed step': (c) =>
      new solvers.GradientDescent({fun: minimised}, {stepSize: 0.25}).run(c, c).x,
    ProximalGradient: (c) =>
      new solvers.ProximalGradient({fun: minimised, prox: (y: tf.Tensor) => y}).run(c, c as never, c).x,
    BFGS: (c) => new solvers.BFGS({fun: minimised}).run(c, c).x,
    LBFGS: (c) => new solvers.LBFGS({fun: minimised}).run(c, c).x,
    LBFGSB: (c) => new solvers.LBFGSB({fun: minimised}).run(c, {lower: -100, upper: 100}, c).x,
    NonlinearCG: (c) => new solvers.NonlinearCG({fun: minimised}).run(c, c).x,
    Newton: (c) => new solvers.Newton({fun: minimised}).run(c, c).x,
    GaussNewton: (c) =>
      new solvers.GaussNewton({fun: (x: tf.Tensor, t: tf.Tensor) => tf.sub(x, tf.mul(2, t))}).run(c, c).x,
    LevenbergMarquardt: (c) =>
      new solvers.LevenbergMarquardt({
        fun: (x: tf.Tensor, t: tf.Tensor) => tf.sub(x, tf.mul(2, t)),
      }).run(c, c).x,
    NewtonRoot: (c) =>
      new solvers.NewtonRoot({fun: (x: tf.Tensor, t: tf.Tensor) => tf.sub(x, tf.mul(2, t))}).run(c, c).x,
    Broyden: (c) =>
      new solvers.Broyden({fun: (x: tf.Tensor, t: tf.Tensor) => tf.sub(x, tf.mul(2, t))}).run(c, c).x,
    FixedPointIteration: (c) =>
      new solvers.FixedPointIteration({
        fun: (x: tf.Tensor, t: tf.Tensor) => tf.add(tf.mul(0.5, x), t),
      }).run(c, c).x,
    AndersonAcceleration: (c) =>
      new solvers.AndersonAcceleration({
        fun: (x: tf.Tensor, t: tf.Tensor) => tf.add(tf.mul(0.5, x), t),
      }).run(c, c).x,
    BlockCoordinateDescent: (c) => {
      const solver = new solvers.BlockCoordinateDescent({
        fun: ([x, y]: tf.Tensor[], t: tf.Tensor) => tf.add(minimised(x, t), minimised(y, t)),
        prox: (y: tf.Tensor) => y,
      });
      return tf.div(tf.addN(solver.run([c, c], null, c).x), 2);
    },
    ArmijoSGD: (c) =>
      new solvers.ArmijoSGD({fun: (x: tf.Tensor, t: tf.Tensor) => tf.sum(minimised(x, t))}).run(c, c).x,
  };
  for (const [name, solve] of Object.entries(runs)) {
    it(
      `in ${name}: the start, a parameter and what the function closes over`,
      tidily(() => {
        const c = column(far);
        expectClose(solve(c), tf.mul(2, c), 1e-4);
        assert.isFalse(c.isDisposed);
        expectClose(tf.grad((t) => tf.sum(solve(t)))(c), [2, 2, 2], 1e-4);
      }),
    );
  }

  it(
    'in conditions.gradientOf and kkt',
    tidily(() => {
      const c = at(3);
      const f = (x: tf.Tensor, t: tf.Tensor) => tf.sum(tf.mul(x, t));
      expectClose(conditions.gradientOf(f)(c, c), 3);
      expectClose(conditions.gradientOf((x: tf.Tensor) => tf.sum(tf.mul(x, c)))(c), 3);
      const {x} = conditions.kkt({fun: f})({x: c} as never, c);
      expectClose(x, 3);
    }),
  );
});
