/** @file The arguments of every layer, each with a value that is not the default one. */
import * as library from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {TanhCell} from './models.js';

export type Args = Record<string, unknown>;
export type Made = new (args: Args) => SolverLayer;

/** The layers, by name. */
export const CLASSES = library as unknown as Record<string, Made>;

/** What a layer cannot be made without, and is no plain value: fresh, since one cell cannot serve two layers. */
export const extra = (name: string): Args => {
  if (name === 'FixedPointLayer') return {cell: new TanhCell()};
  return name === 'ConvexLayer' ? {problem: nearestPoint(), inputs: ['b']} : {};
};

/** The point of a box that is nearest to w b, and the sum of its entries. */
export function nearestPoint(limit = 0.5): library.convex.ConvexProblem {
  const {equal, lessEqual, mul, parameter, problem, sub, sum, sumSquares, variable} = library.convex;
  const [x, total] = [variable('x', [2]), variable('total')];
  return problem({
    minimize: sumSquares(sub(x, mul(parameter('w', [2]), parameter('b', [2])))),
    subjectTo: [lessEqual(x, limit, {name: 'limit'}), equal(sum(x), total)],
  });
}

/** Without these a layer cannot be made. */
export const REQUIRED = ['units', 'cones', 'k'];

const ITERATIVE: Args = {tolerance: 1e-3, maxIterations: 17, onFailure: 'ignore', warmStart: true};
const KINK: Args = {degenerate: 'smooth', smoothing: 0.25};
const QP: Args = {
  ...{units: 3, inequalities: 2, equalities: 1, inputs: ['b'], epsilon: 0.5, seed: 7},
  ...{onInfeasible: 'closest', ...ITERATIVE, ...KINK},
};
const PENALTY = {regularization: 'euclidean', strength: 0.75};
const LINEAR: Args = {...QP, strength: 0.25};
delete LINEAR.epsilon;

/** No value is a default one. `constants`, `linsolve` and `cell` are saved in another form. */
export const ARGUMENTS: Record<string, {args: Args; except?: string[]}> = {
  BirkhoffLayer: {args: PENALTY},
  ConicLayer: {
    args: {
      ...{cones: {nonNegative: 2, secondOrder: [3]}, units: 4, inputs: ['d'], seed: 7},
      ...{tolerance: 1e-3, maxIterations: 17, onFailure: 'ignore'},
    },
    except: ['constants', 'linsolve', 'onIteration', 'verbose'],
  },
  ConvexLayer: {
    args: {seed: 7, tolerance: 1e-3, maxIterations: 17, onFailure: 'ignore'},
    except: ['problem', 'inputs', 'outputs', 'duals', 'constants'],
  },
  EntmaxLayer: {args: {alpha: 1.25, axis: 1}},
  FixedPointLayer: {
    args: {
      ...ITERATIVE,
      stateShape: [3],
      solver: 'iteration',
      historySize: 9,
      jacobianPenalty: 0.5,
      seed: 7,
      weightNames: 'cell',
    },
    except: ['cell', 'linsolve', 'onIteration', 'verbose'],
  },
  IsotonicLayer: {args: {direction: 'descending'}},
  LassoLayer: {
    args: {...ITERATIVE, ...KINK, units: 5, l1: 0.7, l2: 0.3, nonNegative: true, seed: 7},
    except: ['linsolve', 'onIteration', 'verbose'],
  },
  LinearProgramLayer: {args: LINEAR, except: ['constants', 'linsolve', 'solver']},
  OptNetQP: {args: {...QP, inputs: ['h'], equalities: 0}, except: ['constants', 'linsolve', 'solver']},
  QPLayer: {args: QP, except: ['constants', 'linsolve', 'solver']},
  RidgeLayer: {args: {l2: 0.3, learnL2: false, query: false}},
  SimplexProjection: {args: {scale: 2.5, axis: 1, ...KINK}},
  SoftRank: {args: {strength: 0.75, direction: 'descending'}},
  SoftSort: {args: {strength: 0.75, direction: 'descending'}},
  SparsemaxProjection: {args: {axis: 1, ...KINK}},
  SpectralDense: {args: {units: 5, maxNorm: 0.75, useBias: false, seed: 7}},
  SVMLayer: {args: {l2: 0.3, learnL2: false, query: false, onFailure: 'ignore'}},
  TopK: {args: {k: 2, strength: 0.75}},
  TransportLayer: {args: {...PENALTY, marginals: true}},
};
