/** @file Linear solvers by name, so that a saved layer can make its own again. */
import type {LinearSolver} from './types.js';

/** A linear solver as it is written to a file. */
export interface LinearSolverConfig {
  className: string;
  config: Record<string, unknown>;
}

const makers = new Map<string, (config: Record<string, unknown>) => LinearSolver>();

/** Notes how to make a solver of this name. Called where the solver is defined, so that a bundle holds what it uses. */
export function registerLinearSolver<M extends (options: never) => LinearSolver>(
  className: string,
  make: M,
): M {
  makers.set(className, make as unknown as (config: Record<string, unknown>) => LinearSolver);
  return make;
}

/** The solver that `config` describes. */
export function linearSolverFromConfig(saved: LinearSolverConfig): LinearSolver {
  const {className, config} = (saved ?? {}) as Partial<LinearSolverConfig>;
  const make = makers.get(className!);
  if (!make) {
    throw new Error(
      `Unknown linear solver '${className ?? JSON.stringify(saved) ?? 'none'}'; known: ${[...makers.keys()].join(', ')}. ` +
        "Import it (or 'tfjs-implicit/register', which knows them all) before loading.",
    );
  }
  return make(config ?? {});
}
