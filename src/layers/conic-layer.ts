/** @file A conic program as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, type Shape} from '@tensorflow/tfjs-layers';
import {checkFunction} from '../checks/index.js';
import {Status} from '../implicit/index.js';
import type {LinearSolver, LinearSolverConfig} from '../linsolve/index.js';
import {coneSize, dualConeProduct, type Cones} from '../projections/index.js';
import {
  ConicSplitting,
  ON_FAILURE,
  reportFailures,
  type OnFailure,
  type ReportOptions,
} from '../solvers/index.js';
import {readConstants, readInputs, type Constants, type SavedConstant} from './base/constants.js';
import {
  asLinearSolver,
  checkChoice,
  checkFlag,
  checkNumber,
  linearSolverConfig,
  type LayerArgs,
} from './base/arguments.js';
import {shapeList} from './base/inputs.js';
import {
  CONIC_PARAMETERS,
  CONIC_SHAPES,
  conicVariables,
  interior,
  savable,
  type ConicParameter,
} from './base/conic-parameters.js';
import type {Part} from './base/description.js';
import {SolverLayer} from './base/solver-layer.js';

/** `onIteration` and `verbose` are not saved with a model. */
export interface ConicLayerArgs extends LayerArgs, ReportOptions {
  /** The cone K, as a product. */
  cones: Cones;
  /** p, the number of variables. Default: the width of c or E, if one of them is fed or constant. */
  units?: number | undefined;
  /** Which parameters are fed, in the order of the inputs. Default ['c']. */
  inputs?: ConicParameter[] | undefined;
  /** Parameters that are fixed, without a batch axis. They are saved with the layer. All other parameters are learned. */
  constants?: Constants<ConicParameter, never> | SavedConstant[] | undefined;
  /** The seed of the random initial weights. Default: a different one each time. */
  seed?: number | undefined;
  /** Residual at which a sample counts as solved, see `solvers.ConicSplitting`. Default 1e-6. */
  tolerance?: number | undefined;
  /** The largest number of iterations. Default 2000. */
  maxIterations?: number | undefined;
  /** When samples fail: 'warn' (default), 'throw' or 'ignore'. They get z = 0 and a zero gradient. */
  onFailure?: OnFailure | undefined;
  /** The linear solver of the gradient. Default `linsolve.auto()`. */
  linsolve?: LinearSolver | LinearSolverConfig | undefined;
}

const OWN = [
  'cones',
  'units',
  'inputs',
  'constants',
  'seed',
  'tolerance',
  'maxIterations',
  'onFailure',
  'linsolve',
  'onIteration',
  'verbose',
];

const REASONS: Record<number, string> = {
  [Status.PRIMAL_INFEASIBLE]: 'is infeasible: no point satisfies the constraints (relax d)',
  [Status.DUAL_INFEASIBLE]:
    'is unbounded: the objective can decrease without limit (add bounds on z, or change c)',
  [Status.ITERATION_LIMIT]:
    'stopped at the iteration limit (raise maxIterations or tolerance; scale E, c and d alike)',
  [Status.NUMERICAL_ERROR]: 'became NaN or infinite',
  [Status.INVALID_INPUT]: 'has NaN or infinity in its input',
};

/**
 * z(c) = argmin cᵀz subject to Ez + s = d, s ∈ K, K a product of cones: input c [B, p], output z [B, p].
 *
 * Each of c, E [m, p] and d [m] is an input, a constant or learned; m is the size of K. A learned E starts with random values, a learned d
 * with a point inside K, so that z = 0 is feasible. A row of the non-negative cone with Infinity, or 1e20 or more, in d does not exist.
 * The program is solved by `solvers.ConicSplitting` and differentiated through `conditions.conicResidual`.
 *
 *     // The point of a unit ball that is farthest along −c.
 *     new ConicLayer({cones: {secondOrder: [3]}, constants: {E: [[0, 0], [-1, 0], [0, -1]], d: [1, 0, 0]}});
 *
 * @throws At build, if shapes or sizes do not fit together.
 * @see Agrawal et al. 2019, Differentiable convex optimization layers (arXiv 1910.12430).
 */
export class ConicLayer extends SolverLayer {
  /** The name under which saved models find this layer. */
  static readonly className = 'ConicLayer';
  private readonly cones: Cones;
  private readonly fed: ConicParameter[];
  private readonly constants: Map<ConicParameter, SavedConstant>;
  private readonly units?: number;
  private readonly seed?: number;
  private readonly onFailure: OnFailure;
  private readonly linsolve?: LinearSolver;
  private readonly report: ReportOptions;
  private readonly limits: {tolerance: number; maxIterations: number};
  private readonly parameters = new Map<ConicParameter, ReturnType<SolverLayer['addWeight']>>();

  /** @param args The cones, and which of c, E and d are fed, constant or learned. */
  constructor(args: ConicLayerArgs) {
    const {className} = ConicLayer;
    super(className, args ?? {}, OWN);
    if (typeof args?.cones !== 'object' || args.cones === null || coneSize(args.cones) === 0) {
      throw new Error(`${className}: cones must contain at least one cone that is not empty.`);
    }
    this.cones = args.cones;
    this.constants = readConstants<ConicParameter>(className, CONIC_SHAPES, savable(args.constants));
    this.fed = readInputs<ConicParameter>(className, CONIC_SHAPES, args.inputs ?? ['c'], this.constants);
    this.units = args.units == null ? undefined : checkNumber(className, 'units', args.units, 1, true);
    this.seed = args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0);
    this.onFailure = checkChoice(className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE);
    this.linsolve = asLinearSolver(args.linsolve);
    if (args.onIteration != null) checkFunction(className, 'onIteration', args.onIteration);
    this.report = {
      onIteration: args.onIteration ?? undefined,
      verbose: checkFlag(className, 'verbose', args.verbose ?? false),
    };
    this.limits = {
      tolerance: checkNumber(className, 'tolerance', args.tolerance ?? 1e-6, Number.MIN_VALUE),
      maxIterations: checkNumber(className, 'maxIterations', args.maxIterations ?? 2000, 1, true),
    };
  }

  protected override get inputNames(): readonly string[] {
    return this.fed;
  }

  protected override get isSized(): boolean {
    return true;
  }

  protected override get solves(): string {
    return 'z = argmin cᵀz subject to Ez + s = d, s in the cones';
  }

  protected override parts(): Part[] {
    const sizes: Record<string, number | string> = {p: this.units ?? 'p', m: coneSize(this.cones)};
    this.parameters.forEach(({shape}, name) => {
      CONIC_SHAPES[name].forEach((axis, i) => (sizes[axis] = shape[i]!));
    });
    return CONIC_PARAMETERS.flatMap((name): Part[] => {
      const shape = CONIC_SHAPES[name].map((axis) => sizes[axis]);
      if (this.fed.includes(name)) return [{name, role: 'fed', shape: ['B', ...shape]}];
      if (this.constants.has(name)) return [{name, role: 'constant', shape: this.constants.get(name)!.shape}];
      return this.built ? [{name, role: 'learned', shape}] : [];
    });
  }

  override build(inputShape: Shape | Shape[]): void {
    const p = this.variables(shapeList(inputShape));
    const m = coneSize(this.cones);
    const random = initializers.glorotUniform({seed: this.seed});
    for (const name of CONIC_PARAMETERS) {
      if (this.fed.includes(name)) continue;
      const constant = this.constants.get(name);
      const shape = {c: [p], E: [m, p], d: [m]}[name];
      const initializer = name === 'E' ? random : initializers.zeros();
      const weight = this.addWeight(name, shape, 'float32', initializer, undefined, !constant);
      this.parameters.set(name, weight);
      if (!constant && name !== 'd') continue;
      const value = constant ? tf.tensor(constant.values, shape) : interior(this.cones);
      weight.write(value);
      value.dispose();
    }
    super.build(inputShape);
  }

  private variables(shapes: Shape[]): number {
    const {cones, units, fed, constants} = this;
    return conicVariables(ConicLayer.className, {cones, units, fed, constants}, shapes);
  }

  override computeOutputShape(inputShape: Shape | Shape[]): Shape {
    const shapes = shapeList(inputShape);
    return [shapes[0][0], this.variables(shapes)];
  }

  protected override solve(list: tf.Tensor[]): tf.Tensor {
    const batch = list[0].shape[0];
    const value = (name: ConicParameter) => {
      const index = this.fed.indexOf(name);
      if (index >= 0) return list[index];
      return tf.expandDims(this.parameters.get(name)!.read(), 0);
    };
    const c = value('c');
    const data = {c: tf.add(c, tf.zeros([batch, c.shape[1]!])), E: value('E'), d: value('d')};
    const {linsolve, limits, cones, onFailure} = this;
    const solver = new ConicSplitting((v) => dualConeProduct(v, cones), {
      ...limits,
      ...this.report,
      ...{linsolve, onFailure, onGradient: this.rememberGradient},
    });
    const {x, state} = solver.run(null, data);
    this.remember({...state, duals: {dual: x.dual}});
    reportFailures(
      {
        where: `${ConicLayer.className} '${this.name}'`,
        codes: this.statusCodes(),
        reason: (code) => REASONS[code],
        consequence: 'A failed sample has z = 0 and a zero gradient.',
      },
      this.onFailure,
    );
    return x.x;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      cones: this.cones as tf.serialization.ConfigDict,
      units: this.units ?? null,
      inputs: this.fed,
      constants: [...this.constants.values()],
      seed: this.seed ?? null,
      ...this.limits,
      onFailure: this.onFailure,
      linsolve: linearSolverConfig(this.linsolve),
    };
  }
}

tf.serialization.registerClass(ConicLayer);
