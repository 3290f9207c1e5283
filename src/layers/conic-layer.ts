/** @file A conic program as a layer. */
import * as tf from '@tensorflow/tfjs-core';
import {initializers, type Shape} from '@tensorflow/tfjs-layers';
import {Status} from '../implicit/index.js';
import {valuesOnHost} from '../kernels/index.js';
import type {LinearSolver, LinearSolverConfig} from '../linsolve/index.js';
import {coneSize, dualConeProduct, type Cones} from '../projections/index.js';
import {ConicSplitting, ON_FAILURE, reportFailures, type OnFailure} from '../solvers/index.js';
import {readConstants, readInputs, type Constants, type SavedConstant} from './base/constants.js';
import {
  asLinearSolver,
  checkChoice,
  checkNumber,
  linearSolverConfig,
  shapeList,
  SolverLayer,
  type LayerArgs,
} from './base/solver-layer.js';

/** A parameter of a conic program, and its axes: p variables, m rows. */
const SHAPES = {c: ['p'], E: ['m', 'p'], d: ['m']} as const;
type ConicParameter = keyof typeof SHAPES;
const NAMES = Object.keys(SHAPES) as ConicParameter[];

export interface ConicLayerArgs extends LayerArgs {
  /** The cone K, as a product. */
  cones: Cones;
  /** p, the number of variables. Default: the width of c or E, where one of them is fed or constant. */
  units?: number | undefined;
  /** Which parameters are fed, in the order of the inputs. Default ['c']. */
  inputs?: ConicParameter[] | undefined;
  /** Parameters that are fixed, without a batch axis. They are saved with the layer. The rest is learned. */
  constants?: Constants<ConicParameter> | SavedConstant[] | undefined;
  /** Of the random initial weights. Default: another one each time. */
  seed?: number | undefined;
  /** Residual at which a sample counts as solved, see `solvers.ConicSplitting`. Default 1e-6. */
  tolerance?: number | undefined;
  /** Iterations at most. Default 2000. */
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
 * Of c, E [m, p] and d [m] each is an input, a constant or learned; m is the size of K. Learned are E, at random, and d, at first a
 * point inside of K, so that z = 0 is feasible. A row of a non-negative entry with Infinity, or 1e20 or more, in d does not
 * exist. Solved by `solvers.ConicSplitting`, differentiated through `conditions.conicResidual`.
 *
 *     // The point of a unit ball that is farthest along −c.
 *     new ConicLayer({cones: {secondOrder: [3]}, constants: {E: [[0, 0], [-1, 0], [0, -1]], d: [1, 0, 0]}});
 *
 * @throws At build, if shapes or sizes do not fit together.
 * @see Agrawal et al. 2019, Differentiable convex optimization layers (arXiv 1910.12430).
 */
export class ConicLayer extends SolverLayer {
  static readonly className = 'ConicLayer';
  private readonly cones: Cones;
  private readonly fed: ConicParameter[];
  private readonly constants: Map<ConicParameter, SavedConstant>;
  private readonly units?: number;
  private readonly seed?: number;
  private readonly onFailure: OnFailure;
  private readonly linsolve?: LinearSolver;
  private readonly limits: {tolerance: number; maxIterations: number};
  private readonly solver: ConicSplitting;
  private readonly parameters = new Map<ConicParameter, ReturnType<SolverLayer['addWeight']>>();

  constructor(args: ConicLayerArgs) {
    const {className} = ConicLayer;
    super(className, args ?? {}, OWN);
    if (typeof args?.cones !== 'object' || args.cones === null || coneSize(args.cones) === 0) {
      throw new Error(`${className}: cones must contain at least one cone that is not empty.`);
    }
    this.cones = args.cones;
    this.constants = readConstants<ConicParameter>(className, SHAPES, savable(args.constants));
    this.fed = readInputs<ConicParameter>(className, SHAPES, args.inputs ?? ['c'], this.constants);
    this.units = args.units == null ? undefined : checkNumber(className, 'units', args.units, 1, true);
    this.seed = args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0);
    this.onFailure = checkChoice(className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE);
    this.linsolve = asLinearSolver(args.linsolve);
    this.limits = {
      tolerance: checkNumber(className, 'tolerance', args.tolerance ?? 1e-6, Number.MIN_VALUE),
      maxIterations: checkNumber(className, 'maxIterations', args.maxIterations ?? 2000, 1, true),
    };
    const {linsolve, limits, cones} = this;
    this.solver = new ConicSplitting((v) => dualConeProduct(v, cones), {
      ...limits,
      linsolve,
      onGradient: this.rememberGradient,
      onFailure: this.onFailure,
    });
  }

  protected override get inputNames(): readonly string[] {
    return this.fed;
  }

  override build(inputShape: Shape | Shape[]): void {
    const p = this.variables(shapeList(inputShape));
    const m = coneSize(this.cones);
    const random = initializers.glorotUniform({seed: this.seed});
    for (const name of NAMES) {
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

  /** p, and whether all shapes agree with it. */
  private variables(shapes: Shape[]): number {
    const {className} = ConicLayer;
    const known: Record<string, number | undefined> = {p: this.units, m: coneSize(this.cones)};
    const note = (name: ConicParameter, shape: readonly (number | null)[]) => {
      const axes = SHAPES[name];
      const fits =
        shape.length === axes.length &&
        axes.every((axis, i) => (known[axis] ??= shape[i] ?? undefined) === shape[i]);
      if (!fits) {
        throw new Error(
          `${className}: ${name} must have shape [${axes.map((axis) => known[axis] ?? axis).join(', ')}], got [${shape}].`,
        );
      }
    };
    if (shapes.length !== this.fed.length) {
      throw new Error(
        `${className} takes the inputs ${this.fed.join(', ')}, but got ${shapes.length} of them.`,
      );
    }
    this.constants.forEach(({shape}, name) => note(name, shape));
    this.fed.forEach((name, i) => note(name, shapes[i].slice(1)));
    if (known.p === undefined) {
      throw new Error(
        `${className}: the number of variables is not known: pass units, or make c or E an input or a constant.`,
      );
    }
    return known.p;
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
    const {x, state} = this.solver.run(null, data);
    this.remember(state);
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

/** The largest finite f32, which says as well as Infinity that a row does not exist, and can be saved. */
const NO_ROW = 3.4028234663852886e38;

function savable(constants: ConicLayerArgs['constants']): ConicLayerArgs['constants'] {
  if (!constants || Array.isArray(constants) || constants.d == null) return constants;
  const {d} = constants;
  if (d instanceof tf.Tensor) {
    const values = valuesOnHost(d);
    return values ? {...constants, d: Array.from(values, finiteBound)} : constants;
  }
  return {...constants, d: Array.from(d as ArrayLike<number>, finiteBound)};
}

function finiteBound(value: number): number {
  return value === Infinity ? NO_ROW : value;
}

/** A point inside of the cones (zero where there is no inside). */
function interior({zero = 0, nonNegative = 0, secondOrder = [], psd = []}: Cones): tf.Tensor {
  const values = [
    ...Array<number>(zero).fill(0),
    ...Array<number>(nonNegative).fill(1),
    ...secondOrder.flatMap((n) => (n > 0 ? [1, ...Array<number>(n - 1).fill(0)] : [])),
    ...psd.flatMap((n) =>
      Array.from({length: n}, (_, j) => Array.from({length: n - j}, (__, i) => Number(i === 0))).flat(),
    ),
  ];
  return tf.tensor1d(values);
}

tf.serialization.registerClass(ConicLayer);
