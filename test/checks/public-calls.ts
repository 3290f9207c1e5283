/** @file A call of every public function and constructor that takes a record, by name and number of the parameter. */
import * as tf from '@tensorflow/tfjs-core';
import * as library from '../../src/index.js';

const {conditions, convex, layers, linalg, linsolve, losses, projections, prox, solvers} = library;
const {lineSearches} = solvers;
const {operators, preconditioners} = linsolve;

type Call = (record: never) => unknown;

export const fun = (x: tf.Tensor) => tf.sum(tf.square(x));
export const map = (x: tf.Tensor) => x;
export const residual = (x: tf.Tensor) => x;
export const x = () => tf.zeros([1, 2]);
const step = () => new solvers.FixedPointIteration({fun: map});
const mirror = {mirrorMap: map, projection: map};
const matrix = () => tf.eye(2);

/** Their promises are rejected: `solve-qp-async.test.ts` and `debug.test.ts` in test/solvers/quadratic, test/layers/predict-async.test.ts. */
export const REJECTING = /^((solvers\.)?(solveQPAsync|debug)|predictAsync)#/;

/** By name and number of the parameter: a call with that record. `test/types/compile.test.ts` asks the compiler whether all are here. */
export const CALLS: Record<string, Call> = {
  'customRoot#1': (o) => library.customRoot(residual, o),
  'customFixedPoint#1': (o) => library.customFixedPoint(map, o),
  'rootVjp#4': (o) => library.rootVjp(residual, x(), [], x(), o),
  'rootJvp#4': (o) => library.rootJvp(residual, x(), [], [], o),
  'solveQP#0': (o) => library.solveQP(o),
  'solveQP#1': (o) => library.solveQP({Q: matrix(), p: x()}, o),
  'sparseMatrix#0': (o) => library.sparseMatrix(o),
  'solvers.sparseMatrix#0': (o) => solvers.sparseMatrix(o),
  'prepareQP#0': (o) => library.prepareQP(o),
  'prepareQP#1': (o) => library.prepareQP({Q: [[1]], p: [0]}, o),
  'solvers.prepareQP#0': (o) => solvers.prepareQP(o),
  'solvers.prepareQP#1': (o) => solvers.prepareQP({Q: [[1]], p: [0]}, o),
  'certify#0': (o) => library.certify(o, {x: x()}),
  'solvers.certify#0': (o) => solvers.certify(o, {x: x()}),
  'callbacks.solves#0': (o) => library.callbacks.solves(o),
  'solvers.solveQP#0': (o) => solvers.solveQP(o),
  'solvers.solveQP#1': (o) => solvers.solveQP({Q: matrix(), p: x()}, o),
  'sparsemax#1': (o) => library.sparsemax(x(), o),
  'sparsemax#2': (o) => library.sparsemax(x(), -1, o),

  'conditions.blockProximalGradient#0': (o) => conditions.blockProximalGradient(o, map),
  'conditions.blockProximalGradient#2': (o) =>
    conditions.blockProximalGradient(() => tf.scalar(0), map as never, o),
  'conditions.gradientOf#0': (o) => conditions.gradientOf(o),
  'conditions.kinkWeight#1': (o) => conditions.kinkWeight(x(), o),
  'conditions.kkt#0': (o) => conditions.kkt(o),
  'conditions.mirrorDescent#0': (o) => conditions.mirrorDescent(o, mirror),
  'conditions.mirrorDescent#1': (o) => conditions.mirrorDescent(fun, o),
  'conditions.mirrorDescent#2': (o) => conditions.mirrorDescent(fun, mirror, o),
  'conditions.newton#1': (o) => conditions.newton(residual, o),
  'conditions.positivePart#1': (o) => conditions.positivePart(x(), o),
  'conditions.projectedGradient#0': (o) => conditions.projectedGradient(o, map),
  'conditions.projectedGradient#2': (o) => conditions.projectedGradient(fun, map, o),
  'conditions.proximalGradient#0': (o) => conditions.proximalGradient(o, map),
  'conditions.proximalGradient#2': (o) => conditions.proximalGradient(fun, map, o),
  'conditions.stationary#0': (o) => conditions.stationary(o),

  'convex.equal#2': (o) => convex.equal(1, 1, o),
  'convex.greaterEqual#2': (o) => convex.greaterEqual(1, 1, o),
  'convex.lessEqual#2': (o) => convex.lessEqual(1, 1, o),
  'convex.parameter#2': (o) => convex.parameter('p', [], o),
  'convex.piecewiseLinear#1': (o) => convex.piecewiseLinear(1, o),
  'convex.positiveSemidefinite#1': (o) => convex.positiveSemidefinite([[1]], o),
  'convex.problem#0': (o) => convex.problem(o),
  'convex.problemFromJSON#0': (o) => convex.problemFromJSON(o),
  'convex.variable#2': (o) => convex.variable('x', [], o),

  'linalg.lstsq#2': (o) => linalg.lstsq(matrix(), x(), o),
  'linalg.solve#2': (o) => linalg.solve(matrix(), x(), o),
  'linalg.triangularSolve#2': (o) => linalg.triangularSolve(matrix(), x(), o),

  'linsolve.auto#0': (o) => linsolve.auto(o),
  'linsolve.bicgstab#0': (o) => linsolve.bicgstab(o),
  'linsolve.cg#0': (o) => linsolve.cg(o),
  'linsolve.minres#0': (o) => linsolve.minres(o),
  'linsolve.cholesky#0': (o) => linsolve.cholesky(o),
  'linsolve.gmres#0': (o) => linsolve.gmres(o),
  'linsolve.iterativeRefinement#1': (o) => linsolve.iterativeRefinement(linsolve.lu(), o),
  'linsolve.kkt#0': (o) => linsolve.kkt(o),
  'linsolve.lu#0': (o) => linsolve.lu(o),
  'linsolve.neumann#0': (o) => linsolve.neumann(o),
  'linsolve.normalCg#0': (o) => linsolve.normalCg(o),
  'linsolve.oneStep#0': (o) => linsolve.oneStep(o),
  'linsolve.phantom#0': (o) => linsolve.phantom(o),
  'linsolve.qr#0': (o) => linsolve.qr(o),
  'linsolve.scalar#0': (o) => linsolve.scalar(o),
  'linsolve.support#0': (o) => linsolve.support(o),
  'linsolve.operators.blockDiagonal#1': (o) => operators.blockDiagonal([matrix()], o),
  'linsolve.operators.sparse#1': (o) =>
    operators.sparse(library.sparseMatrix({shape: [1, 1], rows: [0], columns: [0], values: [1]}), o),
  'linsolve.operators.csr#0': (o) => operators.csr(o),
  'linsolve.operators.csr#1': (o) =>
    operators.csr({data: tf.ones([1]), indices: [0], indptr: [0, 1], shape: [1, 1]}, o),
  'linsolve.operators.dense#1': (o) => operators.dense(matrix(), o),
  'linsolve.operators.diagonal#1': (o) => operators.diagonal(tf.ones([2]), o),
  'linsolve.operators.fromFunctions#0': (o) => operators.fromFunctions(o),
  'linsolve.operators.kronecker#2': (o) => operators.kronecker(matrix(), matrix(), o),
  'linsolve.operators.lowRankPlusDiagonal#0': (o) => operators.lowRankPlusDiagonal(o),
  'linsolve.operators.lowRankPlusDiagonal#1': (o) =>
    operators.lowRankPlusDiagonal({diagonal: tf.ones([2]), U: matrix()}, o),
  'linsolve.preconditioners.custom#0': (o) => preconditioners.custom(o),
  'linsolve.preconditioners.jacobi#0': (o) => preconditioners.jacobi(o),

  'objectives.structured#0': (o) => library.objectives.structured(o),
  'objectives.multiclassLinearSVMWeights#2': (o) =>
    library.objectives.multiclassLinearSVMWeights(tf.ones([2, 2]), 1, o as never),
  'prox.onParts#1': (o) => library.prox.onParts([{size: 2, prox: library.prox.none}], o),

  'losses.fenchelYoung#0': (o) => losses.fenchelYoung(o),
  'losses.huber#2': (o) => losses.huber(x(), x(), o),
  'losses.jacobianPenalty#2': (o) => losses.jacobianPenalty(map, x(), o),

  'projections.affineSet#1': (o) => projections.affineSet(x(), o),
  'projections.box#1': (o) => projections.box(x(), o),
  'projections.boxSection#1': (o) => projections.boxSection(x(), o),
  'projections.coneProduct#1': (o) => projections.coneProduct(x(), o),
  'projections.coneSize#0': (o) => projections.coneSize(o),
  'projections.dualConeProduct#1': (o) => projections.dualConeProduct(x(), o),
  'projections.entmax#1': (o) => projections.entmax(x(), o),
  'projections.normmax#1': (o) => projections.normmax(x(), o),
  'projections.halfspace#1': (o) => projections.halfspace(x(), o),
  'projections.hypercube#1': (o) => projections.hypercube(x(), o),
  'projections.hyperplane#1': (o) => projections.hyperplane(x(), o),
  'projections.isotonic#1': (o) => projections.isotonic(x(), o),
  'projections.klTransport#1': (o) => projections.klTransport(x(), o),
  'projections.l1Ball#1': (o) => projections.l1Ball(x(), o),
  'projections.l1Sphere#1': (o) => projections.l1Sphere(x(), o),
  'projections.l2Ball#1': (o) => projections.l2Ball(x(), o),
  'projections.l2Sphere#1': (o) => projections.l2Sphere(x(), o),
  'projections.linfBall#1': (o) => projections.linfBall(x(), o),
  'projections.permutahedron#1': (o) => projections.permutahedron(x(), o),
  'projections.polyhedron#1': (o) => projections.polyhedron(x(), o),
  'projections.polyhedron#2': (o) => projections.polyhedron(x(), {G: matrix(), h: tf.ones([2])}, o),
  'projections.simplex#1': (o) => projections.simplex(x(), o),
  'projections.softRank#1': (o) => projections.softRank(x(), o),
  'projections.softSort#1': (o) => projections.softSort(x(), o),
  'projections.sparseSimplex#1': (o) => projections.sparseSimplex(x(), o),
  'projections.sparsemax#1': (o) => projections.sparsemax(x(), o),
  'projections.sparsemax#2': (o) => projections.sparsemax(x(), -1, o),
  'projections.transport#1': (o) => projections.transport(x(), o),

  'prox.elasticNet#1': (o) => prox.elasticNet(x(), o),
  'prox.elasticNet#3': (o) => prox.elasticNet(x(), {l1: 1, l2: 1}, 1, o),
  'prox.groupLasso#1': (o) => prox.groupLasso(x(), o),
  'prox.lasso#1': (o) => prox.lasso(x(), o),
  'prox.logBarrier#1': (o) => prox.logBarrier(x(), o),
  'prox.nonNegativeLasso#1': (o) => prox.nonNegativeLasso(x(), o),
  'prox.nonNegativeRidge#1': (o) => prox.nonNegativeRidge(x(), o),
  'prox.nuclearNorm#1': (o) => prox.nuclearNorm(x(), o),
  'prox.ridge#1': (o) => prox.ridge(x(), o),
  'prox.sortedL1#1': (o) => prox.sortedL1(x(), o),
  'prox.totalVariation1d#1': (o) => prox.totalVariation1d(x(), o),
  'prox.huber#1': (o) => prox.huber(x(), o),
  'prox.lasso#3': (o) => prox.lasso(x(), 1, 1, o),

  'solvers.AndersonAcceleration#0': (o) => new solvers.AndersonAcceleration(o),
  'solvers.AndersonAcceleration#1': (o) => new solvers.AndersonAcceleration({fun: map}, o),
  'solvers.AndersonWrapper#1': (o) => new solvers.AndersonWrapper(step(), o),
  'solvers.ArmijoSGD#0': (o) => new solvers.ArmijoSGD(o),
  'solvers.ArmijoSGD#1': (o) => new solvers.ArmijoSGD({fun}, o),
  'solvers.BFGS#0': (o) => new solvers.BFGS(o),
  'solvers.BFGS#1': (o) => new solvers.BFGS({fun}, o),
  'solvers.Bisection#0': (o) => new solvers.Bisection(o),
  'solvers.Bisection#1': (o) => new solvers.Bisection({fun: map}, o),
  'solvers.BlockCoordinateDescent#0': (o) => new solvers.BlockCoordinateDescent(o),
  'solvers.BlockCoordinateDescent#1': (o) =>
    new solvers.BlockCoordinateDescent({fun: () => tf.scalar(0), prox: prox.none}, o),
  'solvers.BoxCDQP#0': (o) => new solvers.BoxCDQP(o),
  'solvers.BoxOSQP#0': (o) => new solvers.BoxOSQP(o),
  'solvers.Broyden#0': (o) => new solvers.Broyden(o),
  'solvers.Broyden#1': (o) => new solvers.Broyden({fun: map}, o),
  'solvers.ConicSplitting#1': (o) => new solvers.ConicSplitting(map, o),
  'solvers.EqualityConstrainedQP#0': (o) => new solvers.EqualityConstrainedQP(o),
  'solvers.FixedPointIteration#0': (o) => new solvers.FixedPointIteration(o),
  'solvers.FixedPointIteration#1': (o) => new solvers.FixedPointIteration({fun: map}, o),
  'solvers.GaussNewton#0': (o) => new solvers.GaussNewton(o),
  'solvers.GaussNewton#1': (o) => new solvers.GaussNewton({fun: residual}, o),
  'solvers.GradientDescent#0': (o) => new solvers.GradientDescent(o),
  'solvers.GradientDescent#1': (o) => new solvers.GradientDescent({fun}, o),
  'solvers.InteriorPointQP#0': (o) => new solvers.InteriorPointQP(o),
  'solvers.LBFGS#0': (o) => new solvers.LBFGS(o),
  'solvers.LBFGS#1': (o) => new solvers.LBFGS({fun}, o),
  'solvers.LBFGSB#0': (o) => new solvers.LBFGSB(o),
  'solvers.LBFGSB#1': (o) => new solvers.LBFGSB({fun}, o),
  'solvers.LevenbergMarquardt#0': (o) => new solvers.LevenbergMarquardt(o),
  'solvers.LevenbergMarquardt#1': (o) => new solvers.LevenbergMarquardt({fun: residual}, o),
  'solvers.MirrorDescent#0': (o) => new solvers.MirrorDescent(o),
  'solvers.MirrorDescent#1': (o) => new solvers.MirrorDescent({fun, geometry: mirror}, o),
  'solvers.Newton#0': (o) => new solvers.Newton(o),
  'solvers.Newton#1': (o) => new solvers.Newton({fun}, o),
  'solvers.NewtonRoot#0': (o) => new solvers.NewtonRoot(o),
  'solvers.NewtonRoot#1': (o) => new solvers.NewtonRoot({fun: map}, o),
  'solvers.NonlinearCG#0': (o) => new solvers.NonlinearCG(o),
  'solvers.NonlinearCG#1': (o) => new solvers.NonlinearCG({fun}, o),
  'solvers.OSQP#0': (o) => new solvers.OSQP(o),
  'solvers.fromStep#0': (o) => solvers.fromStep(o),
  'solvers.fromStep#1': (o) =>
    solvers.fromStep(
      {start: () => [], step: (x) => ({x, memory: [], residual: tf.zeros([1])}), condition: residual},
      o,
    ),
  'solvers.perturbedArgmax#0': (o) => solvers.perturbedArgmax(o),
  'solvers.perturbedArgmax#1': (o) => solvers.perturbedArgmax(map, o),
  'solvers.perturbedMax#0': (o) => solvers.perturbedMax(o),
  'solvers.perturbedMax#1': (o) => solvers.perturbedMax(map, o),
  'solvers.PolyakSGD#0': (o) => new solvers.PolyakSGD(o),
  'solvers.PolyakSGD#1': (o) => new solvers.PolyakSGD({fun}, o),
  'solvers.ProjectedGradient#0': (o) => new solvers.ProjectedGradient(o),
  'solvers.ProjectedGradient#1': (o) => new solvers.ProjectedGradient({fun, projection: map}, o),
  'solvers.ProximalGradient#0': (o) => new solvers.ProximalGradient(o),
  'solvers.ProximalGradient#1': (o) => new solvers.ProximalGradient({fun, prox: map}, o),
  'solvers.SparseCoding#0': (o) => new solvers.SparseCoding(o),
  'solvers.lineSearches.backtracking#0': (o) => lineSearches.backtracking(o),
  'solvers.lineSearches.hagerZhang#0': (o) => lineSearches.hagerZhang(o),
  'solvers.lineSearches.zoom#0': (o) => lineSearches.zoom(o),
};
for (const [name, make] of Object.entries(layers)) {
  CALLS[`layers.${name}#0`] = (o) => (make as (args: unknown) => unknown)(o);
}
for (const [name, Class] of Object.entries(library)) {
  // The base of the others, which nobody makes.
  if (name === 'SolverLayer') continue;
  if (
    /Layer$|^(OptNetQP|SimplexProjection|SoftRank|SoftSort|SparsemaxProjection|SpectralDense|TopK)$/.test(
      name,
    )
  ) {
    CALLS[`${name}#0`] = (o) => new (Class as new (args: unknown) => unknown)(o);
  }
}

/** A condition, whose x is paired by name where it is used; and results, which may hold more than what is read. */
export const EXCEPTIONS = ['conditions.quadraticKkt#0', 'certify#1', 'solvers.certify#1'];
