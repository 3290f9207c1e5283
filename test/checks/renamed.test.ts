/** @file Old spellings give what the new ones give, and each says once what it is called now; nothing else of the library says it. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {
  conditions,
  IsotonicLayer,
  linalg,
  linsolve,
  projections,
  prox,
  solveQP,
  solvers,
  sparsemax,
} from '../../src/index.js';
import {alsoReadAs, noteRenamed, renamed, unsaid} from '../../src/checks/index.js';
import {sayAgain} from '../../src/checks/renamed.js';
import '../helpers/backends.js';
import {expectClose, messageOf} from '../helpers/expect.js';

type Numbers = () => tf.Tensor | Promise<tf.Tensor>;

interface Renaming {
  name: string;
  old: Numbers;
  now: Numbers;
  /** What the notes say. */
  notes: RegExp[];
}

const C = () => tf.tensor2d([[0.5, -0.25]]);
const zeros = () => tf.zeros([1, 2]);
const objective = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
const total = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c));
const blocks = ([u, v]: tf.Tensor[], c: tf.Tensor) =>
  tf.sum(tf.add(tf.squaredDifference(u, c), tf.squaredDifference(v, u)), 1);
const residual = (x: tf.Tensor, c: tf.Tensor) => tf.sub(tf.add(x, tf.pow(x, 3)), c);
const matrix = () => tf.tensor2d([[2, 1], [0, 3]]); // prettier-ignore
const box = () => {
  const [low, high] = [tf.fill([1, 2], -1), tf.fill([1, 2], 0.25)];
  const data = {Q: tf.tensor3d([[[2, 0.5], [0.5, 1]]]), p: tf.tensor2d([[-3, 1]])}; // prettier-ignore
  return {data, A: tf.tensor3d([[[1, 0], [1, 1]]]), low, high}; // prettier-ignore
};
const conic = () => {
  const solver = new solvers.ConicSplitting((v) => projections.nonNegative(v));
  return solver.run(null, {c: tf.ones([1, 1]), E: tf.fill([1, 1, 1], -1), d: tf.fill([1, 1], -1)});
};
const qp = () => ({Q: matrixOf(2), p: tf.tensor2d([[-3, 1]]), G: tf.eye(2), h: tf.ones([2])});
const matrixOf = (n: number) => tf.add(tf.eye(n), tf.ones([n, n]));
const isotonicLayer = (args: object) => new IsotonicLayer(args).apply(tf.tensor2d([[1, 3, 2]])) as tf.Tensor;

const called = (old: string, now: string) => new RegExp(`: '${old}' is now '${now}'\\.`);

/** Solvers of min f by the name of their class: f is called `fun`. */
const MINIMISERS: Record<string, [others: object, args: () => unknown[]]> = {
  GradientDescent: [{}, () => [zeros()]],
  ProximalGradient: [{prox: prox.lasso}, () => [zeros(), 0.1]],
  ProjectedGradient: [{projection: projections.box}, () => [zeros(), {lower: -1, upper: 0.25}]],
  MirrorDescent: [{geometry: conditions.entropy}, () => [tf.fill([1, 2], 0.5), null]],
  BlockCoordinateDescent: [{prox: prox.none}, () => [[zeros(), zeros()], null]],
  BFGS: [{}, () => [zeros()]],
  LBFGS: [{}, () => [zeros()]],
  NonlinearCG: [{}, () => [zeros()]],
  Newton: [{}, () => [zeros()]],
  LBFGSB: [{}, () => [zeros(), {lower: -1, upper: 0.25}]],
  ArmijoSGD: [{}, () => [zeros()]],
  PolyakSGD: [{}, () => [zeros()]],
};
type Any = new (problem: object, options?: object) => {run: (...args: unknown[]) => {x: unknown}};
const make = (name: string, problem: object, options?: object) =>
  new (solvers as unknown as Record<string, Any>)[name](problem, options);
const first = (x: unknown) => (Array.isArray(x) ? (x as tf.Tensor[])[0] : (x as tf.Tensor));
const minimum = (name: string, entry: 'fun' | 'objective') => () => {
  const [others, args] = MINIMISERS[name];
  const f = name === 'BlockCoordinateDescent' ? blocks : name.endsWith('SGD') ? total : objective;
  const options = name === 'MirrorDescent' ? {stepSize: 0.3} : {};
  return first(make(name, {[entry]: f, ...others}, options).run(...args(), C()).x);
};

const ROOTS: Record<string, unknown[]> = {
  NewtonRoot: [],
  Broyden: [],
  Bisection: [{lower: -2, upper: 2}],
  GaussNewton: [],
  LevenbergMarquardt: [],
};
const root = (name: string, entry: 'fun' | 'residual') => () =>
  make(name, {[entry]: residual}).run(zeros(), ...ROOTS[name], C()).x as tf.Tensor;

const RENAMINGS: Renaming[] = [
  ...Object.keys(MINIMISERS).map((name) => ({
    name: `${name}: objective`,
    ...{old: minimum(name, 'objective'), now: minimum(name, 'fun')},
    notes: [called('objective', 'fun')],
  })),
  ...Object.keys(ROOTS).map((name) => ({
    name: `${name}: residual`,
    ...{old: root(name, 'residual'), now: root(name, 'fun')},
    notes: [called('residual', 'fun')],
  })),
  {
    name: 'Bisection: bounds as options',
    old: () => new solvers.Bisection<[tf.Tensor]>({fun: residual}, {lower: -2, upper: 2}).run(zeros(), C()).x,
    now: root('Bisection', 'fun'),
    notes: [/^Bisection: options 'lower' and 'upper' is now run\(init, \{lower, upper\}, \.\.\.params\)\./],
  },
  {
    name: 'BlockCoordinateDescent: stepSizes',
    old: () => blockwise({stepSizes: [0.2, 0.4]}),
    now: () => blockwise({stepSize: [0.2, 0.4]}),
    notes: [called('stepSizes', 'stepSize')],
  },
  {
    name: 'conditions.blockProximalGradient: stepSizes',
    old: () => blockStep({stepSizes: [0.2, 0.4]}),
    now: () => blockStep({stepSize: [0.2, 0.4]}),
    notes: [called('stepSizes', 'stepSize')],
  },
  {
    name: 'BoxOSQP: l, u',
    old: () => {
      const {data, A, low, high} = box();
      return new solvers.BoxOSQP().run(null, {...data, A, l: low, u: high}).x.x;
    },
    now: () => {
      const {data, A, low, high} = box();
      return new solvers.BoxOSQP().run(null, {...data, A, lower: low, upper: high}).x.x;
    },
    notes: [called('l', 'lower'), called('u', 'upper')],
  },
  {
    name: 'BoxCDQP: l, u',
    old: () => {
      const {data, low, high} = box();
      return new solvers.BoxCDQP().run(null, {...data, l: low, u: high}).x;
    },
    now: () => {
      const {data, low, high} = box();
      return new solvers.BoxCDQP().run(null, {...data, lower: low, upper: high}).x;
    },
    notes: [called('l', 'lower'), called('u', 'upper')],
  },
  {
    name: 'solveQP: warmStart',
    old: () => warm({warmStart: solveQP(qp())}),
    now: () => warm({initial: solveQP(qp())}),
    notes: [called('warmStart', 'initial')],
  },
  {
    name: 'isotonic: increasing',
    old: () => projections.isotonic(tf.tensor1d([1, 3, 2]), {increasing: false}),
    now: () => projections.isotonic(tf.tensor1d([1, 3, 2]), {direction: 'descending'}),
    notes: [called('increasing', 'direction')],
  },
  {
    name: 'IsotonicLayer: increasing',
    old: () => isotonicLayer({increasing: false}),
    now: () => isotonicLayer({direction: 'descending'}),
    notes: [called('increasing', 'direction')],
  },
  {
    name: 'ArmijoSGD: sufficientDecrease',
    old: () => armijo({sufficientDecrease: 0.7}),
    now: () => armijo({c1: 0.7}),
    notes: [called('sufficientDecrease', 'c1')],
  },
  {
    name: 'linalg.solve: adjoint',
    old: () => linalg.solve(matrix(), tf.tensor1d([1, 2]), {adjoint: true}),
    now: () => linalg.solve(matrix(), tf.tensor1d([1, 2]), {transpose: true}),
    notes: [called('adjoint', 'transpose')],
  },
  {
    name: 'operators.dense: tags',
    old: () => tagsOf({positiveDefinite: true}),
    now: () => tagsOf({tags: {positiveDefinite: true}}),
    notes: [/^operators\.dense: \{positiveDefinite\} is now \{tags: \{positiveDefinite\}\}\./],
  },
  {
    name: 'ConicSplitting: x.z',
    old: () => tf.clone(conic().x.z),
    now: () => conic().x.x,
    notes: [called('z', 'x')],
  },
];

function blockStep(options: object): tf.Tensor {
  const F = conditions.blockProximalGradient<tf.Tensor[], [tf.Tensor]>(blocks, prox.none, options);
  return F.map([zeros(), zeros()], null, C())[0];
}

/** x, and the iterations: none where a start is used. */
function warm(options: object): tf.Tensor {
  const {x, iterations} = solveQP(qp(), options);
  return tf.concat([x, tf.cast(tf.expandDims(iterations, 1), 'float32')], 1);
}

function blockwise(options: object): tf.Tensor {
  const problem = {fun: blocks, prox: prox.none};
  const solver = new solvers.BlockCoordinateDescent<tf.Tensor[], [tf.Tensor]>(problem, {
    ...options,
    maxIterations: 7,
  });
  return solver.run([zeros(), zeros()], null, C()).x[1];
}

/** Two steps: c₁ decides how long they are. */
function armijo(options: object): tf.Tensor {
  const solver = new solvers.ArmijoSGD<tf.Tensor, tf.Tensor, []>(
    {fun: total},
    {...options, maxIterations: 2},
  );
  return solver.run(zeros(), C()).x;
}

function tagsOf(options: object): tf.Tensor {
  const {tags} = linsolve.operators.dense(matrixOf(2), options);
  return tf.tensor1d([Number(tags.symmetric ?? false), Number(tags.positiveDefinite ?? false)]);
}

/** What f prints by console.warn. */
async function warningsOf(f: () => unknown): Promise<string[]> {
  const printed: string[] = [];
  const {warn} = console;
  console.warn = (message: string) => printed.push(message);
  try {
    await f();
  } finally {
    console.warn = warn;
  }
  return printed;
}

const values = async (f: Numbers): Promise<Float32Array> => {
  const tensor = tf.tidy(() => f() as tf.Tensor);
  const data = await tensor.data<'float32'>();
  tensor.dispose();
  return data;
};

describe('old spellings', () => {
  before(async () => {
    await tf.setBackend('cpu');
    sayAgain();
    // What tfjs itself says once.
    tf.zeros([1]).dispose();
  });

  for (const {name, old, now, notes} of RENAMINGS) {
    it(`${name} gives the same numbers, and says once what it is called now`, async () => {
      let before!: Float32Array;
      const printed = await warningsOf(async () => (before = await values(old)));
      assert.lengthOf(printed, notes.length, printed.join('\n'));
      notes.forEach((note, i) => assert.match(printed[i], note));
      let after!: Float32Array;
      const again = await warningsOf(async () => {
        await values(old);
        after = await values(now);
      });
      assert.deepEqual(again, []);
      assert.isTrue(after.some((value) => value !== 0));
      expectClose(before, after, 0, 0);
    });
  }

  it('are not said of a record that has none, nor of one that is read from a file', async () => {
    const printed = await warningsOf(() => {
      const options = {tolerance: 1};
      assert.equal(renamed('f', options, {tol: 'tolerance'}), options);
      assert.equal(renamed('f', null, {tol: 'tolerance'}), null);
      assert.deepEqual(renamed('f', {tol: undefined, a: 1}, {tol: 'tolerance'}) as object, {a: 1});
      assert.deepEqual(renamed('f', {tol: 1}, {tol: 'tolerance'}, unsaid) as object, {tolerance: 1});
    });
    assert.deepEqual(printed, []);
  });

  it('are refused beside the new ones', () => {
    assert.equal(
      messageOf(() => renamed('f', {tol: 1, tolerance: 2}, {tol: 'tolerance'})),
      "f: 'tol' is the old name of 'tolerance'; only one of them may be given.",
    );
  });

  it('are said once for each place', async () => {
    const say = (where: string) => () => noteRenamed(where, "'a'", "'b'");
    assert.lengthOf(await warningsOf(say('renamed.test 1')), 1);
    assert.lengthOf(await warningsOf(say('renamed.test 1')), 0);
    assert.lengthOf(await warningsOf(say('renamed.test 2')), 1);
  });

  it('of a result are no entries', async () => {
    const record: Record<string, number> = {now: 3};
    alsoReadAs('renamed.test 3', record, 'old', 'now');
    assert.deepEqual(Object.keys(record), ['now']);
    assert.deepEqual({...record}, {now: 3});
    assert.lengthOf(await warningsOf(() => assert.equal(record.old, 3)), 1);
  });

  it('an isotonic layer that was saved with one loads without a word, and is saved with the new one', async () => {
    const saved = {name: 'isotonic', trainable: true, increasing: false};
    const printed = await warningsOf(async () => {
      const [cls, fromConfig] = tf.serialization.SerializationMap.getMap().classNameMap.IsotonicLayer;
      const layer = fromConfig(cls, {...saved}) as unknown as IsotonicLayer;
      expectClose(await values(() => layer.apply(tf.tensor2d([[1, 3, 2]])) as tf.Tensor), [2, 2, 2]);
      const config = layer.getConfig();
      assert.equal(config.direction, 'descending');
      assert.notProperty(config, 'increasing');
      const again = fromConfig(cls, config) as unknown as IsotonicLayer;
      assert.deepEqual(again.getConfig(), config);
    });
    assert.deepEqual(printed, []);
    const wrong = () => new IsotonicLayer({increasing: 'no' as never});
    assert.match(messageOf(wrong), /IsotonicLayer: direction must be one of ascending, descending; got "no"/);
  });
});

describe('two ways to say the same', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  const x = () => tf.tensor2d([[3, -0.5], [-1, 2]]); // prettier-ignore
  const each = () => tf.tensor1d([0.5, 1]);
  const argmax = (rows: tf.Tensor) => tf.oneHot(tf.argMax(rows, -1), 2);
  const max = (rows: tf.Tensor) => tf.max(rows, -1);
  const energy = (v: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(v, c), 1);
  const equality = (v: tf.Tensor, _c: tf.Tensor) => tf.sub(tf.sum(v, 1, true), 1);
  const at = () => ({x: C(), eqDual: tf.ones([1, 1])}) as never;
  const noise = {seed: 3};
  const PAIRS: Record<string, [Numbers, Numbers]> = {
    'prox.lasso': [() => prox.lasso(x(), 1, 0.5), () => prox.lasso(x(), {l1: 1}, 0.5)],
    'prox.lasso, a tensor': [() => prox.lasso(x(), each()), () => prox.lasso(x(), {l1: each()})],
    'prox.lasso, the default': [() => prox.lasso(x()), () => prox.lasso(x(), {})],
    'prox.nonNegativeLasso': [
      () => prox.nonNegativeLasso(x(), 0.5),
      () => prox.nonNegativeLasso(x(), {l1: 0.5}),
    ],
    'prox.ridge': [() => prox.ridge(x(), 3), () => prox.ridge(x(), {l2: 3})],
    'prox.nonNegativeRidge': [() => prox.nonNegativeRidge(x(), 3), () => prox.nonNegativeRidge(x(), {l2: 3})],
    'prox.groupLasso': [() => prox.groupLasso(x(), each()), () => prox.groupLasso(x(), {weight: each()})],
    'prox.logBarrier': [() => prox.logBarrier(x(), 2), () => prox.logBarrier(x(), {weight: 2})],
    'prox.nuclearNorm': [() => prox.nuclearNorm(x(), 0.5), () => prox.nuclearNorm(x(), {weight: 0.5})],
    'prox.totalVariation1d': [
      () => prox.totalVariation1d(x(), 0.5),
      () => prox.totalVariation1d(x(), {weight: 0.5}),
    ],
    'prox.sortedL1': [() => prox.sortedL1(x(), each()), () => prox.sortedL1(x(), {weights: each()})],
    'prox.lasso in a solver': [
      () =>
        make('ProximalGradient', {fun: objective, prox: prox.lasso}).run(zeros(), 0.1, C()).x as tf.Tensor,
      () =>
        make('ProximalGradient', {fun: objective, prox: prox.lasso}).run(zeros(), {l1: 0.1}, C())
          .x as tf.Tensor,
    ],
    'prox.blockwise': [
      () => prox.blockwise<prox.Penalty<'weight'>>(prox.groupLasso, [1, 1])(x(), 0.5),
      () => prox.blockwise<prox.Penalty<'weight'>>(prox.groupLasso, [1, 1])(x(), {weight: 0.5}),
    ],
    sparsemax: [() => sparsemax(x(), 0), () => sparsemax(x(), {axis: 0})],
    'sparsemax with a policy': [
      () => slopeOf((v) => sparsemax(v, 1, {degenerate: 'oneSided'})),
      () => slopeOf((v) => sparsemax(v, {axis: 1, degenerate: 'oneSided'})),
    ],
    perturbedArgmax: [
      () => solvers.perturbedArgmax(argmax, noise)(x()),
      () => solvers.perturbedArgmax({argmax}, noise)(x()),
    ],
    perturbedMax: [
      () => solvers.perturbedMax(max, noise)(x()),
      () => solvers.perturbedMax({max}, noise)(x()),
    ],
    'perturbedMax of an argmax': [
      () => solvers.perturbedMax({argmax}, noise)(x()),
      () => solvers.perturbedMax({max}, noise)(x()),
    ],
    'conditions.kkt': [
      () => conditions.kkt<[tf.Tensor]>({objective: energy, equality})(at(), zeros()).x,
      () => conditions.kkt<[tf.Tensor]>({fun: energy, equality})(at(), zeros()).x,
    ],
  };

  /** Where two entries are on the threshold. */
  function slopeOf(f: (v: tf.Tensor) => tf.Tensor): tf.Tensor {
    return tf.grad((v: tf.Tensor) => tf.sum(tf.mul(f(v), tf.tensor1d([1, 2]))))(tf.tensor2d([[1, 0]]));
  }

  for (const [name, [one, other]] of Object.entries(PAIRS)) {
    it(`${name}: both give the same, and neither is old`, async () => {
      const printed = await warningsOf(async () => {
        const [a, b] = [await values(one), await values(other)];
        assert.isTrue(a.some((value) => value !== 0));
        expectClose(a, b, 1e-6, 1e-7);
      });
      assert.deepEqual(printed, []);
    });
  }

  it('kkt refuses both names at once', () => {
    assert.match(
      messageOf(() => conditions.kkt({fun: energy, objective: energy} as never)),
      /conditions\.kkt: 'objective' is the old name of 'fun'; only one/,
    );
  });
});
