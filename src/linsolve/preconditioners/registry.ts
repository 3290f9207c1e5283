/** @file Preconditioners by name, so that a saved solver keeps its own. */
import {Makers, type NamedConfig} from '../named.js';
import type {Preconditioner} from './types.js';

const makers = new Makers<Preconditioner>('preconditioner');

/** Registers how to create a preconditioner of this name. */
export function registerPreconditioner<M extends (options: never) => Preconditioner>(
  className: string,
  make: M,
): M {
  return makers.register(className, make);
}

/** The preconditioner that `config` describes. */
export function preconditionerFromConfig(saved: NamedConfig): Preconditioner {
  return makers.fromConfig(saved);
}

/** The config that `preconditionerFromConfig` takes; `null` for a preconditioner that is not registered. */
export function preconditionerConfig(preconditioner: Preconditioner): NamedConfig | null {
  const {className} = preconditioner;
  return makers.has(className) ? {className, config: preconditioner.getConfig()} : null;
}
