/** @file The linear solvers under test, with what each of them can be held to. */
import {
  auto,
  bicgstab,
  cg,
  cholesky,
  gmres,
  iterativeRefinement,
  lu,
  normalCg,
  qr,
  type LinearSolver,
} from '../../src/linsolve/public.js';
import {linearSystems, type LinearSystems} from '../zoo/linear-systems.js';

export interface SolverCase {
  name: string;
  solver: LinearSolver;
  /** Takes symmetric positive definite matrices only. */
  definiteOnly: boolean;
  /** ‖x − x*‖ ≤ bound(condition)·‖x*‖. */
  bound: (condition: number) => number;
}

/** A direct solution is exact in f64: what is left is its rounding to f32, and the reference's. */
const rounded = () => 1.2e-7;

/**
 * ‖x − x*‖/‖x*‖ ≤ condition·‖b − A x‖/‖b‖: with a residual of 1e-6, the tolerance, or of a few f32 roundings where the
 * tolerance is beneath them.
 */
const byResidual = (condition: number) => condition * 1e-6;

export const SOLVERS: SolverCase[] = [
  {name: 'lu', solver: lu(), definiteOnly: false, bound: rounded},
  {name: 'qr', solver: qr(), definiteOnly: false, bound: rounded},
  {name: 'cholesky', solver: cholesky(), definiteOnly: true, bound: rounded},
  {name: 'auto', solver: auto(), definiteOnly: false, bound: rounded},
  {name: 'cg', solver: cg(), definiteOnly: true, bound: byResidual},
  {name: 'gmres', solver: gmres(), definiteOnly: false, bound: byResidual},
  {name: 'bicgstab', solver: bicgstab(), definiteOnly: false, bound: byResidual},
  // The residual is that of AᵀA x = Aᵀb, whose condition number is the square.
  {name: 'normalCg', solver: normalCg(), definiteOnly: false, bound: (condition) => condition ** 2 * 1e-6},
  {
    name: 'iterativeRefinement(cg)',
    solver: iterativeRefinement(cg({tolerance: 1e-3})),
    definiteOnly: true,
    bound: byResidual,
  },
  {
    name: 'iterativeRefinement(gmres)',
    solver: iterativeRefinement(gmres({tolerance: 1e-3})),
    definiteOnly: false,
    bound: byResidual,
  },
  {
    name: 'iterativeRefinement(lu)',
    solver: iterativeRefinement(lu()),
    definiteOnly: false,
    bound: byResidual,
  },
];

export const ZOO: LinearSystems[] = [1, 10, 1000].flatMap((condition) => [
  linearSystems(condition, true),
  linearSystems(condition, false),
]);

/** The systems of the zoo that a solver takes. */
export function zooFor({name, definiteOnly}: SolverCase): LinearSystems[] {
  return ZOO.filter(
    ({symmetricPositiveDefinite, condition}) =>
      (symmetricPositiveDefinite || !definiteOnly) &&
      // The square of 1000 leaves no digit in f32.
      (name !== 'normalCg' || condition <= 10),
  );
}
