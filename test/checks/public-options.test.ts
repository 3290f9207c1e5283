/** @file Every public function and constructor that takes a record refuses an unknown name, and says the nearest right one. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {resolve} from 'node:path';
import ts from 'typescript';
import * as library from '../../src/index.js';
import '../helpers/backends.js';
import {messageOf} from '../helpers/expect.js';

const {conditions, layers, linalg, linsolve, losses, projections, prox, solvers} = library;
const {lineSearches} = solvers;
const {operators, preconditioners} = linsolve;

type Call = (record: never) => unknown;

const fun = (x: tf.Tensor) => tf.sum(tf.square(x));
const map = (x: tf.Tensor) => x;
const residual = (x: tf.Tensor) => x;
const x = () => tf.zeros([1, 2]);
const step = () => new solvers.FixedPointIteration({fun: map});
const mirror = {mirrorMap: map, projection: map};
const matrix = () => tf.eye(2);

/** Their promises are rejected: test/solvers/quadratic/solve-qp-async.test.ts, test/layers/predict-async.test.ts. */
const REJECTING = /^((solvers\.)?solveQPAsync|predictAsync)#/;

/** By name and number of the parameter: a call with that record. What the compiler finds beyond these fails the test. */
const CALLS: Record<string, Call> = {
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

/** Contracts that are made by the library or are an implementation: no record of options. */
const CONTRACTS =
  /^(Tensor|Operator|LinearSolver|LinearSolverConfig|NamedConfig|Preconditioner|IterativeSolver|Condition|Solver|QPSolver|Variable|Structure|TypedArray)$/;

/** A condition, whose x is paired by name where it is used; and results, which may hold more than what is read. */
const EXCEPTIONS = ['conditions.quadraticKkt#0', 'certify#1', 'solvers.certify#1'];

describe('the public face', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  it('is known to this test: each parameter that is a record stands in its table', function () {
    this.timeout(120000);
    const found = recordParameters();
    const missing = found.filter((key) => !(key in CALLS || EXCEPTIONS.includes(key) || REJECTING.test(key)));
    assert.deepEqual(missing, [], 'parameters without an entry');
    const gone = Object.keys(CALLS).filter((key) => !found.includes(key));
    assert.deepEqual(gone, [], 'entries without a parameter');
  });

  for (const [key, call] of Object.entries(CALLS)) {
    it(`${key} refuses a name that nobody reads, and says which was meant`, () => {
      tf.tidy(() => {
        const message = messageOf(() => call({banana: 1} as never));
        assert.match(message, /unknown (option|parameter|entry|input|argument|tag|cone) 'banana'; it takes /);
        const name = /it takes ([^.]*)\./
          .exec(message)![1]
          .split(', ')
          .find((known) => known.length >= 4);
        if (name === undefined || / it takes none\./.test(message)) return;
        const wrong = name.slice(0, 2) + name.slice(1);
        const other = messageOf(() => call({[wrong]: 1} as never));
        assert.include(other, `'${wrong}'`);
        assert.include(other, `Did you mean '${name}'?`);
      });
    });
  }

  for (const [value, shown] of [
    [2, "number '2'"],
    [[2], 'an array'],
    [(v: number) => v, 'a function'],
  ] as const) {
    it(`refuses ${shown} where a record belongs`, () => {
      const quiet =
        /^(conditions\.(gradientOf|stationary|\w+)|losses\.fenchelYoung|solvers\.perturbed(Max|Argmax))#0$/;
      // A penalty's weight and an axis may be given bare.
      const bare = /^(prox\.(?!elasticNet|huber)|sparsemax|projections\.sparsemax).*#1$/;
      for (const [key, call] of Object.entries(CALLS)) {
        if (typeof value === 'function' && quiet.test(key)) continue;
        if (typeof value !== 'function' && bare.test(key)) continue;
        let message: string;
        try {
          tf.tidy(() => void call(value as never));
          message = `nothing was thrown`;
        } catch (error) {
          ({message} = error as Error);
        }
        assert.notEqual(message, 'nothing was thrown', key);
        assert.notMatch(message, /Cannot (read|destructure)|undefined is not|is not iterable/, key);
      }
    });
  }

  it('says how to pass a number by its name', () => {
    tf.tidy(() => {
      assert.equal(
        messageOf(() => projections.l2Ball(x(), 2 as never)),
        "projections.l2Ball: expected a record of parameters, got number '2'. Pass {radius: 2}.",
      );
      assert.include(
        messageOf(() => linsolve.cg(1e-6 as never)),
        'Pass {tolerance: 0.000001}',
      );
    });
  });

  it('says what a problem is, and what came instead', () => {
    for (const [make, message] of [
      [
        () => new solvers.GradientDescent(fun as never),
        'GradientDescent: expected a record of entries, got a function. Pass {fun: …}.',
      ],
      [
        () => new solvers.GradientDescent(undefined as never),
        "GradientDescent: 'fun' is missing (got undefined); it takes fun.",
      ],
      [() => new solvers.LBFGS({fun: 3} as never), "LBFGS: fun must be a function, got number '3'."],
      [() => new solvers.LBFGS({banana: fun} as never), "LBFGS: unknown entry 'banana'; it takes fun."],
      [
        () => new solvers.LBFGS({fun, gradient: map} as never),
        'LBFGS: only one of fun and gradient may be given.',
      ],
      [
        () => new solvers.LBFGS({gradient: 3} as never),
        "LBFGS: gradient must be a function, got number '3'.",
      ],
      [
        () => new solvers.PolyakSGD({gradient: map}),
        'PolyakSGD: its step size is made of the values of fun, so the gradient alone is not enough; take ArmijoSGD.',
      ],
      [
        () => solvers.fromStep({start: map, step: map} as never),
        "fromStep: 'condition' is missing: F with F(x, ...params) = 0",
      ],
      [
        () => solvers.fromStep({start: map, condition: map} as never),
        "fromStep: 'step' is missing; it takes start, step, condition, fixedPoint.",
      ],
      [
        () => solvers.fromStep({start: 3, step: map, condition: map} as never),
        "fromStep: start must be a function, got number '3'.",
      ],
      [
        () => solvers.fromStep({start: map, step: map, condition: 3} as never),
        "fromStep: condition must be a function, got number '3'.",
      ],
      [
        () => solvers.fromStep({start: map, step: map, condition: map, fixedPoint: map} as never),
        'fromStep: only one of condition and fixedPoint may be given.',
      ],
      [() => new solvers.GaussNewton({} as never), "GaussNewton: 'fun' is missing; it takes fun."],
      [() => solvers.perturbedMax({} as never), 'perturbedMax: expected a function, {argmax} or {max}.'],
      [
        () => new solvers.FixedPointIteration(map as never),
        'FixedPointIteration: expected a record of entries, got a function. Pass {fun: …}.',
      ],
      [
        () => conditions.stationary({fun} as never),
        "conditions.stationary: the objective: unknown entry 'fun'; it takes gradient.",
      ],
      [() => library.customRoot({fun} as never), 'customRoot: condition must be a function, got {fun}.'],
      [
        () => library.customRoot(undefined as never),
        'customRoot: condition must be a function, got undefined.',
      ],
      [
        () => library.customRoot(residual)({solve: map} as never),
        'customRoot: the solver must be a function or have a method run, got {solve}.',
      ],
      [() => library.vjp({f: map} as never, [], x()), 'vjp: f must be a function, got {f}.'],
      [() => library.jvp(undefined as never, [], []), 'jvp: f must be a function, got undefined.'],
    ] as [() => unknown, string][]) {
      assert.include(
        tf.tidy(() => messageOf(make)),
        message,
      );
    }
  });

  it('takes options that are undefined or null for none', () => {
    new solvers.GradientDescent({fun}, undefined);
    linsolve.cg(null as never);
    tf.tidy(() => {
      assert.deepEqual(projections.l2Ball(x(), {radius: undefined}).shape, [1, 2]);
    });
  });
});

/** `name#i` of each public function or class whose parameter i is a record, by the compiler. */
function recordParameters(): string[] {
  const config = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)).config as object;
  const {options} = ts.parseJsonConfigFileContent(
    {...config, include: ['src/index.ts']},
    ts.sys,
    resolve('.'),
  );
  const program = ts.createProgram(['src/index.ts'], options);
  const checker = program.getTypeChecker();
  const root = checker.getSymbolAtLocation(program.getSourceFile('src/index.ts')!)!;
  const found: string[] = [];
  const visit = (module: ts.Symbol, prefix: string) => {
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const name = prefix + exported.name;
      const isFunction = (symbol.flags & (ts.SymbolFlags.Function | ts.SymbolFlags.Variable)) !== 0;
      const isType = exported.declarations!.some(
        (node) => ts.isExportSpecifier(node) && ts.isTypeOnlyExportDeclaration(node),
      );
      if (isType) continue;
      if (symbol.flags & ts.SymbolFlags.ValueModule && !isFunction) visit(symbol, `${name}.`);
      else if (symbol.flags & ts.SymbolFlags.Value) visitValue(symbol, name);
    }
  };
  const visitValue = (symbol: ts.Symbol, name: string) => {
    const type = checker.getTypeOfSymbol(symbol);
    const signature = [...type.getCallSignatures(), ...type.getConstructSignatures()][0];
    if (!signature || isAbstract(symbol) || /Error$/.test(name)) return;
    signature.getParameters().forEach((parameter, i) => {
      const parameterType = checker.getNonNullableType(checker.getTypeOfSymbol(parameter));
      const parts = parameterType.isUnion() ? parameterType.types : [parameterType];
      if (parts.some((part) => isRecordType(part))) found.push(`${name}#${i}`);
    });
  };
  const isAbstract = (symbol: ts.Symbol) =>
    symbol.declarations!.some(
      (node) =>
        ts.isClassDeclaration(node) && (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Abstract) !== 0,
    );
  const isRecordType = (type: ts.Type): boolean => {
    if (!(type.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))) return false;
    const title = type.aliasSymbol?.name ?? type.symbol?.name ?? '';
    // NoOptions.
    if (type.getStringIndexType()?.flags === ts.TypeFlags.Never) return true;
    if (CONTRACTS.test(title)) return false;
    if (type.isClass() || checker.isArrayType(type) || checker.isTupleType(type)) return false;
    if (type.getCallSignatures().length > 0 || type.getNumberIndexType()) return false;
    return type.getProperties().length > 0;
  };
  visit(root, '');
  return found;
}
