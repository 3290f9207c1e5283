/** @file Which suites should see a fault in which folder of src. */

export interface Suites {
  /** Folders and files below test/. */
  tests: string[];
  /** Files that are not worth their time here. */
  except?: RegExp;
}

/** The longest folder that a path starts with counts. */
const ROOMS: Record<string, Suites> = {
  autodiff: {
    tests: [
      'autodiff',
      'implicit',
      'projections/simplex.test.ts',
      'projections/box.test.ts',
      'records',
      'robustness/inputs.test.ts',
      'robustness/throwing.test.ts',
    ],
  },
  checks: {tests: ['checks', 'robustness/throwing.test.ts']},
  conditions: {
    tests: [
      'conditions',
      'implicit',
      'solvers/grid.test.ts',
      'solvers/quadratic/solve-qp-gradient.test.ts',
      'solvers/conic/conic-splitting.test.ts',
      'solvers/proximal/block-and-mirror.test.ts',
      'solvers/proximal/sparse-coding.test.ts',
      'solvers/forward-mode.test.ts',
      'robustness/kinks.test.ts',
      'robustness/degeneracy.test.ts',
      'robustness/other-scales.test.ts',
    ],
  },
  implicit: {
    tests: ['implicit', 'conditions', 'robustness/failures.test.ts', 'solvers/forward-mode.test.ts'],
  },
  kernels: {
    tests: [
      'kernels',
      'linalg',
      'solvers/quadratic/solve-qp.test.ts',
      'solvers/quadratic/solve-qp-gradient.test.ts',
    ],
    except: /thread/,
  },
  'kernels/algorithms/coding': {
    tests: [
      'kernels/algorithms/coding',
      'kernels/twins/coding.test.ts',
      'solvers/proximal/sparse-coding.test.ts',
      'linsolve/transposes.test.ts',
    ],
  },
  'kernels/algorithms/conic': {
    // What is quick and reaches most: the suites of `ConicSplitting` take long, and see little more.
    tests: ['kernels/algorithms/conic/unchanged.test.ts', 'kernels/algorithms/conic'],
  },
  'kernels/algorithms/linalg': {
    tests: [
      'kernels/algorithms/linalg',
      'kernels/algorithms/reference.test.ts',
      'linalg/eigh.test.ts',
      'linalg/determinant.test.ts',
      'linalg/lstsq.test.ts',
      'linsolve/least-norm.test.ts',
      'linsolve/singular.test.ts',
      'linsolve/solve.test.ts',
    ],
  },
  'kernels/algorithms/small-qp': {
    tests: ['kernels/algorithms/small-qp', 'kernels/operations/qp-gradient.test.ts'],
  },
  'kernels/algorithms/qp': {
    // What is quick and reaches most: the suites of `solveQP` take long, and see little more.
    tests: [
      'kernels/algorithms/qp',
      'solvers/quadratic/qp-reference.test.ts',
      'robustness/thresholds.test.ts',
      'robustness/degeneracy.test.ts',
      'metamorphic/rounding.test.ts',
    ],
  },
  'kernels/algorithms/rows': {
    tests: [
      'kernels/algorithms/reference.test.ts',
      'projections/entmax.test.ts',
      'projections/box.test.ts',
      'projections/definitions.test.ts',
      'prox/definitions.test.ts',
    ],
  },
  'kernels/algorithms/transport': {
    tests: [
      'kernels/algorithms/transport',
      'projections/transport.test.ts',
      'projections/definitions.test.ts',
      'projections/properties.test.ts',
    ],
  },
  'kernels/backends': {
    tests: [
      'kernels/backends',
      'kernels/operations/simplex.test.ts',
      'kernels/operations/certify.test.ts',
      'kernels/operations/one-kernel.test.ts',
      'programs/own-kernels.test.ts',
    ],
  },
  'kernels/contracts': {
    tests: [
      'kernels/contracts',
      'kernels/twins',
      'kernels/algorithms/reference.test.ts',
      'kernels/algorithms/linalg',
      'kernels/threads/batch.test.ts',
      'programs/out-of-memory.test.ts',
    ],
  },
  // Mostly one kernel a file, which has its suites where it is used.
  'kernels/operations': {
    tests: [
      'kernels',
      'linalg',
      'projections/simplex.test.ts',
      'projections/entmax.test.ts',
      'projections/box.test.ts',
      'projections/isotonic.test.ts',
      'projections/transport.test.ts',
      'projections/definitions.test.ts',
      'prox/definitions.test.ts',
      'linsolve/least-norm.test.ts',
      'linsolve/transposes.test.ts',
      'linsolve/unreadable.test.ts',
      'linsolve/unreadable-methods.test.ts',
      'solvers/proximal/sparse-coding.test.ts',
      'solvers/quadratic/solve-qp.test.ts',
      'solvers/quadratic/solve-qp-gradient.test.ts',
    ],
    except: /thread/,
  },
  'kernels/operations/linalg': {
    tests: ['linalg', 'kernels'],
    except: /thread|code|coding|qp|conic|transport/,
  },
  // Not `threads.test.ts`, whose threads would not know which mutant is on: these hold their workers in their hands.
  'kernels/threads': {tests: ['kernels/threads'], except: /threads\.test/},
  'kernels/twins/host': {tests: ['kernels/twins', 'kernels/algorithms/coding/code-batch-samples.test.ts']},
  'kernels/twins/reference': {
    tests: [
      'kernels/algorithms/reference.test.ts',
      'kernels/twins/rows.test.ts',
      'kernels/twins/pairs.test.ts',
      'kernels/twins/coding.test.ts',
      'kernels/algorithms/coding/code-batch-samples.test.ts',
      'linalg/pivots-and-gaps.test.ts',
      'kernels/twins/matrices.test.ts',
      'kernels/twins/dense.test.ts',
      'kernels/twins/arrays.test.ts',
    ],
  },
  layers: {
    tests: [
      'layers',
      'projections/masks-and-sizes.test.ts',
      'robustness/saved-models.test.ts',
      'robustness/kinks.test.ts',
      'robustness/failures.test.ts',
      'robustness/inputs.test.ts',
      'robustness/degeneracy.test.ts',
    ],
  },
  linalg: {tests: ['linalg']},
  linsolve: {tests: ['linsolve', 'implicit']},
  losses: {tests: ['losses']},
  objectives: {tests: ['objectives']},
  projections: {
    tests: [
      'projections',
      'robustness/edge-cases.test.ts',
      'robustness/other-scales.test.ts',
      'robustness/kinks.test.ts',
    ],
  },
  programs: {
    tests: [
      'programs/loop.test.ts',
      'programs/attempt.test.ts',
      'programs/needed.test.ts',
      'programs/simplify.test.ts',
      'programs/kept.test.ts',
      'programs/recall.test.ts',
      'programs/row-sweep.test.ts',
      'programs/out-of-memory.test.ts',
      'programs/compile.test.ts',
      'programs/routines/compiled.test.ts',
      'programs/random-graphs.test.ts',
      'programs/layers.test.ts',
      'programs/memory.test.ts',
    ],
  },
  'programs/routines': {
    // First what is quick and reaches most.
    tests: [
      'programs/routines/compiled.test.ts',
      'programs/routines',
      'programs/tfjs-gaps.test.ts',
      'programs/own-kernels.test.ts',
    ],
  },
  prox: {tests: ['prox', 'robustness/other-scales.test.ts', 'robustness/kinks.test.ts']},
  solvers: {
    tests: [
      // First what is quick and reaches most.
      'solvers/iteration/loop.test.ts',
      'solvers/unreadable.test.ts',
      'devices/qp-solvers.test.ts',
      'solvers',
      'robustness/closest.test.ts',
      'metamorphic/certify.test.ts',
    ],
    except: /qp-(collection|fuzz|reference)/,
  },
};

/** @throws If no room holds the folder. */
export function suitesOf(folder: string): Suites {
  const inside = folder.replace(/^(\.\/)?src\//, '').replace(/\/$/, '');
  const rooms = Object.keys(ROOMS).filter((name) => inside === name || inside.startsWith(`${name}/`));
  const room = rooms.sort((one, other) => other.length - one.length)[0];
  if (!room) throw new Error(`No room of src holds ${folder}; there are ${Object.keys(ROOMS).join(', ')}.`);
  return ROOMS[room];
}
