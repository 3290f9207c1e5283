/** @file Linear solvers by name, so that a saved layer can recreate its own. */
import {Makers, type NamedConfig} from './named.js';
import type {LinearSolver} from './types.js';

/** A linear solver as it is written to a file. */
export type LinearSolverConfig = NamedConfig;

const makers = new Makers<LinearSolver>('linear solver');

/** Registers how to create a solver of this name. Called where the solver is defined, so that a bundle contains only what it uses. */
export function registerLinearSolver<M extends (options: never) => LinearSolver>(
  className: string,
  make: M,
): M {
  return makers.register(className, make);
}

/** The solver that `config` describes. */
export function linearSolverFromConfig(saved: LinearSolverConfig): LinearSolver {
  return makers.fromConfig(saved);
}

const held = new Set<object>();

/** Makes bundlers keep the members of a namespace, which register themselves. */
export function hold(namespace: object): void {
  held.add(Object.values(namespace));
}
