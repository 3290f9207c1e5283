/** @file A quadratic program as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, type Shape} from '@tensorflow/tfjs-layers';
import type {Kink} from '../conditions/index.js';
import {matVec} from '../linalg/index.js';
import type {LinearSolver, LinearSolverConfig} from '../linsolve/index.js';
import {
  ON_FAILURE,
  QP_PARAMETERS,
  QP_SHAPES,
  solveQP,
  type OnFailure,
  type OnInfeasible,
  type QPInput,
  type QPParameter,
  type QPSolver,
} from '../solvers/index.js';
import {readConstants, readInputs, type Constants, type SavedConstant} from './base/constants.js';
import {findSizes, type QPSizes} from './base/qp-parameters.js';
import {
  asKink,
  asLinearSolver,
  checkChoice,
  checkFlag,
  checkNumber,
  linearSolverConfig,
  shapeList,
  SolverLayer,
  type LayerArgs,
} from './base/solver-layer.js';
import {WarmStart} from './base/warm-start.js';

/** `degenerate` and `smoothing` say which derivative a weakly active constraint gets, see `solveQP`. */
export interface QPLayerArgs extends LayerArgs, Kink {
  /** n, the width of the output. Default: the width of p. If p is fed with another width, a learned linear map leads to n. */
  units?: number | undefined;
  /** m, the rows of a learned G. 0 for none. Default n. */
  inequalities?: number | undefined;
  /** k, the rows of a learned A. Default 0. */
  equalities?: number | undefined;
  /** Which of the six parameters are fed, in the order of the inputs. Default ['p']. */
  inputs?: QPParameter[] | undefined;
  /** Parameters that are fixed, without a batch axis. They are saved with the layer. The rest is learned. */
  constants?: Constants | SavedConstant[] | undefined;
  /** ε of a learned Q = LLᵀ + εI. Default 1e-3. */
  epsilon?: number | undefined;
  /** Of the random initial weights. Default: another one each time. */
  seed?: number | undefined;
  /** Relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  tolerance?: number | undefined;
  /** Default 100. */
  maxIterations?: number | undefined;
  /** When samples fail: 'warn' (default), 'throw' or 'ignore'. They get x = 0 and a zero gradient. */
  onFailure?: OnFailure | undefined;
  /** What x of an infeasible sample is: 'zero' (default), or the 'closest' point, which violates the constraints least. */
  onInfeasible?: OnInfeasible | undefined;
  /** The linear solver of the gradient. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver | LinearSolverConfig | undefined;
  /**
   * Solves instead of the interior-point method, see `solveQP`. A saved model does not hold it: pass it again, or it loads
   * with the default one.
   */
  solver?: QPSolver | undefined;
  /**
   * Try the active sets of the previous call first. Pays where the same samples come again in the same order (predict,
   * full-batch fit); elsewhere it only costs. Default false.
   */
  warmStart?: boolean | undefined;
}

/** The names of `QPLayerArgs` that tfjs does not know. */
export const QP_ARGUMENTS = [
  'units',
  'inequalities',
  'equalities',
  'inputs',
  'constants',
  'epsilon',
  'seed',
  'tolerance',
  'maxIterations',
  'onFailure',
  'onInfeasible',
  'degenerate',
  'smoothing',
  'linsolve',
  'solver',
  'warmStart',
];

type Weight = ReturnType<SolverLayer['addWeight']>;

/**
 * x(p) = argmin ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b: input p [B, d], output x [B, n].
 *
 * Of Q, p, G, h, A, b each is an input, a constant or learned. Learned are Q = LLᵀ + εI (so that it stays positive
 * definite), G, h, and, with `equalities`, A and b. With G and h learned freely a sample can become infeasible: `OptNetQP`
 * parametrises them so that it cannot.
 *
 *     model.add(new QPLayer({inputShape: [8]}));
 *
 * @throws At build, if shapes or sizes do not fit together.
 * @see Amos & Kolter 2017 (arXiv 1703.00443).
 */
export class QPLayer extends SolverLayer {
  static readonly className: string = 'QPLayer';
  private readonly fed: QPParameter[];
  private readonly constants: Map<QPParameter, SavedConstant>;
  private readonly units?: number;
  private readonly inequalities?: number;
  private readonly equalities?: number;
  private readonly epsilon: number;
  private readonly seed?: number;
  private readonly tolerance: number;
  private readonly maxIterations: number;
  private readonly onFailure: OnFailure;
  private readonly onInfeasible: OnInfeasible;
  private readonly kink: Required<Kink>;
  private readonly linsolve?: LinearSolver;
  private readonly solver?: QPSolver;
  private readonly warmStart: WarmStart<'x' | 'ineqDual' | 'eqDual' | 'slack'>;
  protected sizes!: QPSizes;
  /** By name: a constant's symbol, or that of a learned tensor (L, p, G, h, A, b, …). */
  protected readonly parameters = new Map<string, Weight>();
  private inputMap: Weight | null = null;

  constructor(args: QPLayerArgs = {}) {
    const className = new.target.className;
    super(className, args, QP_ARGUMENTS);
    this.constants = readConstants(className, QP_SHAPES, args.constants);
    this.fed = readInputs(className, QP_SHAPES, args.inputs ?? ['p'], this.constants);
    const optional = (name: 'units' | 'inequalities' | 'equalities', low: number) =>
      args[name] == null ? undefined : checkNumber(className, name, args[name], low, true);
    this.units = optional('units', 1);
    this.inequalities = optional('inequalities', 0);
    this.equalities = optional('equalities', 0);
    this.epsilon = checkNumber(className, 'epsilon', args.epsilon ?? 1e-3, 0);
    this.seed = args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0);
    this.tolerance = checkNumber(className, 'tolerance', args.tolerance ?? 1e-9, Number.MIN_VALUE);
    this.maxIterations = checkNumber(className, 'maxIterations', args.maxIterations ?? 100, 1, true);
    this.onFailure = checkChoice(className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE);
    this.onInfeasible = checkChoice(className, 'onInfeasible', args.onInfeasible ?? 'zero', [
      'zero',
      'closest',
    ]);
    this.kink = asKink(className, args);
    this.linsolve = asLinearSolver(args.linsolve);
    if (args.solver != null && typeof args.solver.run !== 'function') {
      throw new Error(`${className}: solver must be an object with run(init, data).`);
    }
    this.solver = args.solver ?? undefined;
    this.warmStart = new WarmStart(checkFlag(className, 'warmStart', args.warmStart ?? false));
  }

  protected override get inputNames(): readonly string[] {
    return this.fed;
  }

  override build(inputShape: Shape | Shape[]): void {
    const shapes = shapeList(inputShape);
    const className = this.getClassName();
    if (shapes.length !== this.fed.length) {
      throw new Error(
        `${className} takes the inputs ${this.fed.join(', ')}, but got ${shapes.length} of them.`,
      );
    }
    const {units, inequalities, equalities} = this;
    this.sizes = findSizes(className, this.fed, shapes, this.constants, {units, inequalities, equalities});
    const p = this.fed.indexOf('p');
    const width = p < 0 ? this.sizes.n : shapes[p][1];
    if (width == null)
      throw new Error(`${className}: the width of the input p must be known, got [${shapes[p]}].`);
    if (width !== this.sizes.n) {
      this.inputMap = this.addWeight(
        'kernel',
        [width, this.sizes.n],
        'float32',
        initializers.glorotUniform({seed: this.seed}),
        undefined,
        true,
      );
    }
    for (const parameter of QP_PARAMETERS) {
      if (this.fed.includes(parameter) || !this.isPresent(parameter)) continue;
      const constant = this.constants.get(parameter);
      if (!constant) this.addLearned(parameter);
      else this.addConstant(parameter, constant);
    }
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shapes = shapeList(inputShape);
    const {units, inequalities, equalities} = this;
    const fixed = {units, inequalities, equalities};
    const {n} = findSizes(this.getClassName(), this.fed, shapes, this.constants, fixed);
    return [shapes[0][0], n];
  }

  protected override solve(list: tf.Tensor[]): tf.Tensor {
    const problem = this.problem(new Map(this.fed.map((parameter, i) => [parameter, list[i]])));
    const {tolerance, maxIterations, onFailure, onInfeasible, kink, linsolve} = this;
    const policies = {onFailure, onInfeasible, ...kink, onGradient: this.rememberGradient};
    const options = {
      tolerance,
      maxIterations,
      ...policies,
      linsolve,
      solver: this.solver,
    };
    const result = solveQP(problem, {...options, initial: this.warmStart.take(list[0].shape[0])});
    this.remember(result);
    const {x, ineqDual, eqDual, slack} = result;
    this.warmStart.keep({x, ineqDual, eqDual, slack});
    return x;
  }

  override dispose(): ReturnType<SolverLayer['dispose']> {
    this.warmStart.dispose();
    return super.dispose();
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      units: this.units ?? null,
      inequalities: this.inequalities ?? null,
      equalities: this.equalities ?? null,
      inputs: this.fed,
      constants: [...this.constants.values()],
      epsilon: this.epsilon,
      seed: this.seed ?? null,
      tolerance: this.tolerance,
      maxIterations: this.maxIterations,
      onFailure: this.onFailure,
      onInfeasible: this.onInfeasible,
      ...this.kink,
      linsolve: linearSolverConfig(this.linsolve),
      warmStart: this.warmStart.enabled,
    };
  }

  /** Whether the problem has this parameter at all. */
  protected isPresent(parameter: QPParameter): boolean {
    const {m, k} = this.sizes;
    if (parameter === 'G' || parameter === 'h') return m > 0;
    return parameter === 'A' || parameter === 'b' ? k > 0 : true;
  }

  protected isLearned(parameter: QPParameter): boolean {
    return this.isPresent(parameter) && !this.isGiven(parameter);
  }

  /** Whether it is an input or a constant. */
  protected isGiven(parameter: QPParameter): boolean {
    return this.fed.includes(parameter) || this.constants.has(parameter);
  }

  /** Makes the weights behind a learned parameter. At the start x = 0 is feasible. */
  protected addLearned(parameter: QPParameter): void {
    const {n, m, k} = this.sizes;
    const zeros = initializers.zeros();
    // A seed of its own for each: equal rows in G and A would contradict each other.
    const seed = this.seed == null ? undefined : this.seed + QP_PARAMETERS.indexOf(parameter);
    const random = initializers.glorotUniform({seed});
    if (parameter === 'Q') this.addParameter('L', [n, n], initializers.identity({}));
    if (parameter === 'p') this.addParameter('p', [n], zeros);
    if (parameter === 'G') this.addParameter('G', [m, n], random);
    if (parameter === 'h') this.addParameter('h', [m], initializers.ones());
    if (parameter === 'A') this.addParameter('A', [k, n], random);
    if (parameter === 'b') this.addParameter('b', [k], zeros);
  }

  protected addParameter(
    name: string,
    shape: number[],
    initializer: ReturnType<typeof initializers.zeros>,
  ): void {
    this.parameters.set(name, this.addWeight(name, shape, 'float32', initializer, undefined, true));
  }

  /** The problem for one call, learned parameters computed from their weights. */
  protected problem(fed: Map<QPParameter, tf.Tensor>): QPInput {
    const read = (name: string) => this.parameters.get(name)?.read();
    const problem: Partial<Record<QPParameter, tf.Tensor>> = {};
    for (const parameter of QP_PARAMETERS) problem[parameter] = fed.get(parameter) ?? read(parameter);
    if (this.isLearned('Q')) {
      const L = read('L') as tf.Tensor2D;
      problem.Q = tf.add(tf.matMul(L, L, false, true), tf.mul(this.epsilon, tf.eye(this.sizes.n)));
    }
    const p = problem.p!;
    if (this.inputMap) problem.p = tf.matMul(p as tf.Tensor2D, this.inputMap.read() as tf.Tensor2D);
    return problem as QPInput;
  }

  private addConstant(parameter: QPParameter, {shape, values}: SavedConstant): void {
    const weight = this.addWeight(parameter, shape, 'float32', initializers.zeros(), undefined, false);
    const value = tf.tensor(values, shape);
    weight.write(value);
    value.dispose();
    this.parameters.set(parameter, weight);
  }
}

/** G z, for a shared or a batched G and z. */
export function product(G: tf.Tensor, z: tf.Tensor): tf.Tensor {
  const shared = G.rank === 2 && z.rank === 1;
  const points = z.rank === 1 ? tf.expandDims(z, 0) : z;
  const lifted =
    G.rank === 2
      ? matVec(tf.expandDims(G, 0), points)
      : matVec(G, points.shape[0] === 1 ? tf.tile(points, [G.shape[0], 1]) : points);
  return shared ? tf.squeeze(lifted, [0]) : lifted;
}

tf.serialization.registerClass(QPLayer);
