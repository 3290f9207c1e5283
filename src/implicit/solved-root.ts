/** @file The root that a solver has found, as a function of the parameters. */
import type * as tf from '@tensorflow/tfjs-core';
import {flatten, offTape, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import type {LinearSolver} from '../linsolve/index.js';
import {implicitRoot} from './root.js';
import {inOrderOf, rootSystem} from './system.js';
import type {Condition, ImplicitOptions} from './types.js';

/** What `customRoot` does, with a linear solver that the caller names: a bundle holds no other. */
export function solvedRoot<X extends Structure, P extends Parameter[], Aux extends Structure | undefined>(
  condition: Condition<X, P>,
  options: ImplicitOptions & {linsolve: LinearSolver},
  params: P,
  solve: () => {x: X; aux?: Aux},
): {x: X; aux?: Aux} {
  const found = offTape(solve as () => tf.TensorContainerObject) as unknown as {x: X; aux?: Aux};
  const x = inOrderOf(condition, found.x);
  const system = rootSystem(condition, options, x, params);
  const leaves = implicitRoot(system, flatten(x), flatten(params));
  return {...found, x: unflatten(x, leaves)};
}
