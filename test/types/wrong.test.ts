/** @file Programs with a mistake that users make and the compiler does not see: the library says what is wrong when they run. */
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {
  conditions,
  customRoot,
  FixedPointLayer,
  layers,
  linsolve,
  losses,
  projections,
  prox,
  QPLayer,
  rootVjp,
  solveQP,
  solvers,
} from '../../src/index.js';
import {messageOf} from '../helpers/expect.js';

const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
const F = (x: tf.Tensor, t: tf.Tensor) => tf.sub(tf.square(x), t);
const map = (x: tf.Tensor) => tf.mul(0.5, x);
const row = () => tf.ones([1, 2]);

/** A right option and a wrong one, in a variable: the compiler says nothing. */
const options = {maxIterations: 10, tolerence: 1e-3};
const MISSPELT = "unknown option 'tolerence'; it takes";
const MEANT = "Did you mean 'tolerance'?";

/** What is made with `options`. */
const OPTIONS_IN_A_VARIABLE: Record<string, () => unknown> = {
  solveQP: () => solveQP({Q: [[1]], p: [1]}, options),
  AndersonAcceleration: () => new solvers.AndersonAcceleration({fun: map}, options),
  AndersonWrapper: () => new solvers.AndersonWrapper(new solvers.BFGS({fun}), options),
  ArmijoSGD: () => new solvers.ArmijoSGD({fun}, options),
  BFGS: () => new solvers.BFGS({fun}, options),
  Bisection: () => new solvers.Bisection({fun: F}, options),
  BlockCoordinateDescent: () =>
    new solvers.BlockCoordinateDescent({fun: ([u]: [tf.Tensor]) => tf.sum(u, 1), prox: prox.none}, options),
  BoxCDQP: () => new solvers.BoxCDQP(options),
  BoxOSQP: () => new solvers.BoxOSQP(options),
  Broyden: () => new solvers.Broyden({fun: F}, options),
  ConicSplitting: () => new solvers.ConicSplitting((v) => projections.nonNegative(v), options),
  FixedPointIteration: () => new solvers.FixedPointIteration({fun: map}, options),
  GaussNewton: () => new solvers.GaussNewton({fun: F}, options),
  GradientDescent: () => new solvers.GradientDescent({fun}, options),
  InteriorPointQP: () => new solvers.InteriorPointQP(options),
  LBFGS: () => new solvers.LBFGS({fun}, options),
  LBFGSB: () => new solvers.LBFGSB({fun}, options),
  LevenbergMarquardt: () => new solvers.LevenbergMarquardt({fun: F}, options),
  MirrorDescent: () => new solvers.MirrorDescent({fun, geometry: conditions.entropy}, options),
  Newton: () => new solvers.Newton({fun}, options),
  NewtonRoot: () => new solvers.NewtonRoot({fun: F}, options),
  NonlinearCG: () => new solvers.NonlinearCG({fun}, options),
  OSQP: () => new solvers.OSQP(options),
  PolyakSGD: () => new solvers.PolyakSGD({fun}, options),
  ProjectedGradient: () => new solvers.ProjectedGradient({fun, projection: projections.simplex}, options),
  ProximalGradient: () => new solvers.ProximalGradient({fun, prox: prox.lasso}, options),
  SparseCoding: () => new solvers.SparseCoding(options),
  'linsolve.cg': () => linsolve.cg(options),
  'linsolve.gmres': () => linsolve.gmres(options),
  'linsolve.minres': () => linsolve.minres(options),
};

const twoInputs = () => [tf.input({shape: [2]}), tf.input({shape: [2]})];

/** [mistake, program, message]. */
const PROGRAMS: [string, () => unknown, RegExp][] = [
  [
    'a misspelt option of EqualityConstrainedQP beside a right one',
    () => new solvers.EqualityConstrainedQP({...{linsolve: linsolve.kkt(), onFail: 'warn'}}),
    /EqualityConstrainedQP: unknown option 'onFail'; .* Did you mean 'onFailure'\?/,
  ],
  [
    'a misspelt option of a line search beside a right one',
    () => solvers.lineSearches.zoom({...{c1: 1e-4, maxiter: 5}}),
    /lineSearches\.zoom: unknown option 'maxiter'; .* Did you mean 'maxIterations'\?/,
  ],
  [
    'a misspelt option of a condition beside a right one',
    () => conditions.newton(F, {...{batched: false, stepsize: 1}}),
    /conditions\.newton: unknown option 'stepsize'; .* Did you mean 'stepSize'\?/,
  ],
  [
    'a misspelt option of customRoot beside a right one',
    () => customRoot(F, {...{batched: false, linearSolver: linsolve.lu()}}),
    /customRoot: unknown option 'linearSolver'; it takes linsolve/,
  ],
  [
    'a misspelt argument of a layer beside a right one',
    () => new QPLayer({...{units: 2, equality: 1}}),
    /QPLayer: unknown argument 'equality'; .* Did you mean 'equalities'\?/,
  ],
  [
    'a misspelt argument of a factory beside a right one',
    () => layers.lasso({...{units: 2, lambda: 1}}),
    /LassoLayer: unknown argument 'lambda'; it takes units, l1, l2/,
  ],
  [
    'a misspelt parameter of a projection beside a right one',
    () => projections.simplex(row(), {...{scale: 1, degenerated: 'smooth'}}),
    /projections\.simplex: unknown parameter 'degenerated'; .* Did you mean 'degenerate'\?/,
  ],
  [
    'G whose h is undefined',
    () => solveQP({Q: [[1]], p: [1], G: [[1]], h: undefined}),
    /solveQP: G was given without h; expected h of shape/,
  ],
  [
    'a right-hand side of the wrong size',
    () => solveQP({Q: [[1]], p: [1], G: [[1]], h: [1, 2]}),
    /solveQP: h must have shape/,
  ],
  [
    'a cell of one input',
    () => new FixedPointLayer({cell: tf.layers.dense({units: 2})}).apply(row()),
    /FixedPointLayer: the cell 'dense\w*' \(Dense\) does not take the two inputs z of shape \[B, 2\] and x of shape \[\w+, 2\]: /,
  ],
  [
    'a cell that is a model of one input',
    () => {
      const cell = tf.sequential({layers: [tf.layers.dense({units: 2, inputShape: [2]})]});
      return new FixedPointLayer({cell}).apply(row());
    },
    /the cell 'sequential\w*' is a model of one input, but must have the two inputs \[z, x\]/,
  ],
  [
    'a cell with another output than z',
    () => {
      const inputs = twoInputs();
      const joined = tf.layers.concatenate().apply(inputs) as tf.SymbolicTensor;
      return new FixedPointLayer({cell: tf.model({inputs, outputs: joined})}).apply(row());
    },
    /FixedPointLayer: the cell maps z of shape \[B, 2\] to \[B, 4\]; both must be the same/,
  ],
  [
    'one input for a layer of two',
    () => new QPLayer({inputs: ['p', 'h']}).apply(row()),
    /QPLayer takes 2 inputs \(p, h\), but got 1/,
  ],
  [
    'a solver that returns a promise, without types',
    () => customRoot(F)((() => Promise.resolve(row())) as never)(null, row()),
    /customRoot: the solver returned a promise; it must return x itself/,
  ],
  [
    'a solver that returns nothing, without types',
    () => customRoot(F)((() => {}) as never)(null, row()),
    /customRoot: the solver must return x, a tensor or a record or list of them; got undefined/,
  ],
  [
    'a solver without its auxiliary, without types',
    () => customRoot(F, {hasAux: true})((() => row()) as never)(null, row()),
    /customRoot: with hasAux the solver must return \[x, aux\], got a Tensor/,
  ],
  [
    'an object where a function must return [x, aux], without types',
    () => customRoot(F, {hasAux: true})(new solvers.NewtonRoot({fun: F}) as never),
    /customRoot: with hasAux the solver must be a function that returns \[x, aux\]/,
  ],
  [
    'a cotangent with other names than x',
    () => {
      const G = ({a}: Record<string, tf.Tensor>, t: tf.Tensor) => ({a: tf.sub(a, t)});
      return rootVjp(G, {a: row()}, [row()], {b: row()});
    },
    /rootVjp: the cotangent must be a structure like x: 'a' is missing/,
  ],
  [
    'an objective with one value for a batch of two',
    () => new solvers.BFGS({fun: (x) => tf.sum(x)}).run(tf.ones([2, 2])),
    /BFGS: the objective must return one value per sample, 2 in all, got shape \[\]/,
  ],
  [
    'a class that there is not',
    () => losses.multiclassLogistic(tf.tensor1d([2], 'int32'), row()),
    /losses\.multiclassLogistic: class 2 is out of range; 2 logits stand for the classes 0 to 1/,
  ],
  [
    'target and logits the wrong way round',
    () => losses.multiclassSparsemax(row(), tf.tensor1d([0], 'int32')),
    /losses\.multiclassSparsemax: the target has shape \[1,2\]/,
  ],
  [
    'a matrix for cholesky that is not positive definite',
    () => linsolve.cholesky().factor(linsolve.operators.dense(tf.zeros([2, 2]))).solve(tf.ones([2])), // prettier-ignore
    /linsolve\.cholesky: the matrix of sample 0 is not positive definite/,
  ],
  [
    'a bracket the wrong way round',
    () => new solvers.Bisection({fun: F}).run(row(), {lower: 1, upper: 0}, row()),
    /Bisection: lower must be below upper, got 1 and 0/,
  ],
  [
    'an axis that is the batch',
    () => layers.sparsemax({axis: 0}).apply(row()),
    /SparsemaxProjection: axis 0 is not a feature axis of an input of shape \[1,2\]/,
  ],
];

describe('wrong programs', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  for (const [name, make] of Object.entries(OPTIONS_IN_A_VARIABLE)) {
    it(`${name} refuses an option in a variable that nobody reads`, () => {
      const message = tf.tidy(() => messageOf(make));
      assert.include(message, MISSPELT);
      assert.include(message, MEANT);
    });
  }

  for (const [mistake, run, message] of PROGRAMS) {
    it(`${mistake} is an error when it runs`, () => {
      tf.engine().startScope();
      try {
        assert.match(messageOf(run), message);
      } finally {
        tf.engine().endScope();
      }
    });
  }

  it('cg says that a matrix is not symmetric', () => {
    const rotation = tf.tensor2d([
      [0, 1],
      [-1, 0],
    ]);
    const {warn} = console;
    const said: string[] = [];
    console.warn = (message: string) => said.push(message);
    try {
      tf.tidy(() =>
        linsolve
          .cg()
          .factor(linsolve.operators.dense(rotation))
          .solve(tf.tensor1d([1, 2])),
      );
    } finally {
      console.warn = warn;
      rotation.dispose();
    }
    assert.lengthOf(said, 1);
    assert.match(said[0], /linsolve\.cg: the matrix of sample 0 is not symmetric/);
  });
});
