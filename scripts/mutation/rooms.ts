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
      'solvers/solve-qp-gradient.test.ts',
      'solvers/conic-splitting.test.ts',
      'solvers/block-and-mirror.test.ts',
      'solvers/sparse-coding.test.ts',
      'solvers/forward-mode.test.ts',
      'robustness/kinks.test.ts',
      'robustness/degeneracy.test.ts',
      'robustness/other-scales.test.ts',
    ],
  },
  implicit: {
    tests: ['implicit', 'conditions', 'robustness/failures.test.ts', 'solvers/forward-mode.test.ts'],
  },
  // What lies in the folder itself is mostly one kernel a file, which has its suites where it is used.
  kernels: {
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
      'solvers/sparse-coding.test.ts',
      'solvers/solve-qp.test.ts',
      'solvers/solve-qp-gradient.test.ts',
    ],
    except: /thread/,
  },
  'kernels/coding': {
    tests: [
      'kernels/code-batch.test.ts',
      'kernels/code-batch-samples.test.ts',
      'kernels/coding.test.ts',
      'solvers/sparse-coding.test.ts',
      'conditions',
    ],
  },
  'kernels/conic': {
    tests: ['kernels/conic', 'solvers/conic-splitting.test.ts'],
  },
  'kernels/host': {tests: ['kernels'], except: /thread/},
  'kernels/linalg': {tests: ['linalg', 'kernels'], except: /thread|code|coding|qp|conic|transport/},
  'kernels/qp': {
    // What is quick and reaches most: the suites of `solveQP` take long, and see little more.
    tests: [
      'kernels/qp',
      'solvers/qp-reference.test.ts',
      'robustness/thresholds.test.ts',
      'robustness/degeneracy.test.ts',
      'metamorphic/rounding.test.ts',
    ],
  },
  'kernels/reference': {
    tests: [
      'kernels/reference.test.ts',
      'kernels/rows.test.ts',
      'kernels/pairs.test.ts',
      'kernels/coding.test.ts',
      'kernels/code-batch-samples.test.ts',
      'linalg/eigh.test.ts',
      'linalg/pivots-and-gaps.test.ts',
      'projections/entmax.test.ts',
      'kernels/matrices.test.ts',
      'kernels/dense.test.ts',
    ],
  },
  // Not `threads.test.ts`, whose threads would not know which mutant is on: these hold their workers in their hands.
  'kernels/threads': {
    tests: [
      'kernels/thread-pool.test.ts',
      'kernels/thread-platform.test.ts',
      'kernels/thread-in-page.test.ts',
    ],
  },
  'kernels/transport': {
    tests: [
      'kernels/transport.test.ts',
      'kernels/transport-work.test.ts',
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
      'solvers/loop.test.ts',
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
