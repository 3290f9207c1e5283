/** @file Checks the arguments of the quadratic-program layers. */
import type {Kink} from '../../conditions/index.js';
import type {LinearSolver, LinearSolverConfig} from '../../linsolve/index.js';
import {
  ON_FAILURE,
  QP_SHAPES,
  type OnFailure,
  type OnInfeasible,
  type QPParameter,
  type QPSolver,
} from '../../solvers/index.js';
import {asKink, asLinearSolver, checkChoice, checkFlag, checkNumber, type LayerArgs} from './arguments.js';
import {readConstants, readInputs, type Constants, type SavedConstant} from './constants.js';

/** `degenerate` and `smoothing` choose the derivative of a weakly active constraint, see `solveQP`. */
export interface QPLayerArgs extends LayerArgs, Kink {
  /** n, the width of the output. Default: the width of p. If p is fed with another width, a learned linear map brings it to n. */
  units?: number | undefined;
  /** m, the rows of a learned G. 0 means no inequalities. Default n. */
  inequalities?: number | undefined;
  /** k, the rows of a learned A. Default 0. */
  equalities?: number | undefined;
  /** Which parameters are fed, in the order of the inputs. Default ['p']. */
  inputs?: QPParameter[] | undefined;
  /**
   * Parameters that are fixed, without a batch axis. They are saved with the layer. All other parameters are learned, but for the bounds
   * `lower` and `upper`: there are none unless they are an input or a constant. Q, G and A
   * may be matrices of `sparseMatrix`.
   */
  constants?: Constants | SavedConstant[] | undefined;
  /** ε of a learned Q = LLᵀ + εI. Default 1e-3. */
  epsilon?: number | undefined;
  /** The seed of the random initial weights. Default: a different one each time. */
  seed?: number | undefined;
  /** Relative KKT error at which a sample counts as solved. Default 1e-9 (f64 inside). */
  tolerance?: number | undefined;
  /** The largest number of iterations. Default 100. */
  maxIterations?: number | undefined;
  /** When samples fail: 'warn' (default), 'throw' or 'ignore'. They get x = 0 and a zero gradient. */
  onFailure?: OnFailure | undefined;
  /** The x of an infeasible sample: 'zero' (default), or the 'closest' point, which violates the constraints least. */
  onInfeasible?: OnInfeasible | undefined;
  /** The linear solver of the gradient. Default `linsolve.kkt()`. */
  linsolve?: LinearSolver | LinearSolverConfig | undefined;
  /**
   * Used instead of the interior-point method, see `solveQP`. It is not saved with a model: pass it again when loading, or the default is
   * used.
   */
  solver?: QPSolver | undefined;
  /**
   * Try the active sets of the previous call first. This helps if the same samples come again in the same order (predict, full-batch fit);
   * otherwise it only costs time. Default false.
   */
  warmStart?: boolean | undefined;
}

/** The names in `QPLayerArgs` that tfjs does not know. */
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

/** The arguments that a layer keeps. */
export interface QPSettings {
  fed: QPParameter[];
  constants: Map<QPParameter, SavedConstant>;
  /** The sizes given by arguments, by the name of the argument. */
  fixed: {units?: number; inequalities?: number; equalities?: number};
  epsilon: number;
  seed?: number | undefined;
  tolerance: number;
  maxIterations: number;
  onFailure: OnFailure;
  onInfeasible: OnInfeasible;
  kink: Required<Kink>;
  linsolve?: LinearSolver | undefined;
  solver?: QPSolver | undefined;
  warmStart: boolean;
  /** Whether the layer was made from a config: a saved config has its constants as a list. */
  fromFile: boolean;
}

/** @throws If an argument has a wrong type or is out of its range, or if two of them contradict each other. */
export function readQPArguments(className: string, args: QPLayerArgs): QPSettings {
  const constants = readConstants(className, QP_SHAPES, args.constants, true);
  const size = (name: 'units' | 'inequalities' | 'equalities', low: number) =>
    args[name] == null ? undefined : checkNumber(className, name, args[name], low, true);
  if (args.solver != null && typeof args.solver.run !== 'function') {
    throw new Error(`${className}: solver must be an object with run(init, data).`);
  }
  return {
    constants,
    fed: readInputs(className, QP_SHAPES, args.inputs ?? ['p'], constants),
    fixed: {
      units: size('units', 1),
      inequalities: size('inequalities', 0),
      equalities: size('equalities', 0),
    },
    epsilon: checkNumber(className, 'epsilon', args.epsilon ?? 1e-3, 0),
    seed: args.seed == null ? undefined : checkNumber(className, 'seed', args.seed, 0),
    tolerance: checkNumber(className, 'tolerance', args.tolerance ?? 1e-9, Number.MIN_VALUE),
    maxIterations: checkNumber(className, 'maxIterations', args.maxIterations ?? 100, 1, true),
    onFailure: checkChoice(className, 'onFailure', args.onFailure ?? 'warn', ON_FAILURE),
    onInfeasible: checkChoice(className, 'onInfeasible', args.onInfeasible ?? 'zero', ['zero', 'closest']),
    kink: asKink(className, args),
    linsolve: asLinearSolver(args.linsolve),
    solver: args.solver ?? undefined,
    warmStart: checkFlag(className, 'warmStart', args.warmStart ?? false),
    fromFile: Array.isArray(args.constants),
  };
}
