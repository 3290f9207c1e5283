/** @file Which suites should see a fault in which folder of src. */

export interface Suites {
  /** Folders and files below test/. */
  tests: string[];
  /** Files that are not worth their time here. */
  except?: RegExp;
  /** Each mutant in a process of its own, with its threads: slow. */
  threaded?: boolean;
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
  },
  'kernels/algorithms/coding': {
    tests: [
      'kernels/algorithms/coding/code-batch.test.ts',
      'kernels/twins/coding.test.ts',
      'solvers/proximal/sparse-coding.test.ts',
      'conditions',
    ],
  },
  'kernels/algorithms/conic': {
    tests: [
      'kernels/algorithms/conic',
      'solvers/conic/conic-splitting.test.ts',
      'solvers/conic/conic-truth.test.ts',
    ],
  },
  'kernels/twins/host': {tests: ['kernels']},
  'kernels/algorithms/linalg': {tests: ['kernels', 'linalg']},
  'kernels/algorithms/qp': {
    // First what is quick and reaches most.
    tests: [
      'kernels/algorithms/qp',
      'solvers/quadratic/qp-reference.test.ts',
      'robustness/thresholds.test.ts',
      'robustness/degeneracy.test.ts',
      'metamorphic/rounding.test.ts',
      'solvers/quadratic/solve-qp.test.ts',
      'solvers/quadratic/solve-qp-gradient.test.ts',
      'solvers/quadratic/qp-collection.test.ts',
      'robustness/other-scales.test.ts',
      'metamorphic/certify.test.ts',
      'metamorphic/quadratic-programs.test.ts',
    ],
  },
  'kernels/twins/reference': {
    tests: [
      'kernels',
      'linalg/reference.test.ts',
      'linalg/eigh.test.ts',
      'linsolve/singular.test.ts',
      'projections/entmax.test.ts',
      'projections/box.test.ts',
      'projections/isotonic.test.ts',
      'projections/definitions.test.ts',
      'prox/definitions.test.ts',
    ],
    except: /thread|code-batch|stand-in/,
  },
  'kernels/threads': {tests: ['kernels/threads'], threaded: true},
  'kernels/algorithms/transport': {
    tests: [
      'kernels/algorithms/transport/transport.test.ts',
      'projections/transport.test.ts',
      'projections/definitions.test.ts',
      'projections/properties.test.ts',
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
  projections: {
    tests: [
      'projections',
      'robustness/edge-cases.test.ts',
      'robustness/other-scales.test.ts',
      'robustness/kinks.test.ts',
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
