/** @file The root that a solver has found, as a function of the parameters. */
import type * as tf from '@tensorflow/tfjs-core';
import {flatten, isTapeOn, offTape, unflatten, type Parameter, type Structure} from '../autodiff/index.js';
import {implicitRoot} from './root.js';
import {checkRoot} from './root-check.js';
import {inOrderOf, rootSystem, type SystemOptions} from './system.js';
import type {Condition} from './types.js';

type RootOptions = SystemOptions & {residualTolerance?: number | undefined};

/** `customRoot` with a linear solver given by the caller, so that a bundle contains no other. */
export function solvedRoot<X extends Structure, P extends Parameter[], Aux extends Structure | undefined>(
  condition: Condition<X, P>,
  options: RootOptions,
  params: P,
  solve: () => {x: X; aux?: Aux | undefined},
): {x: X; aux?: Aux | undefined} {
  const found = offTape(solve as () => tf.TensorContainerObject) as unknown as {x: X; aux?: Aux | undefined};
  return {...found, x: knownRoot(condition, options, params, found.x)};
}

/** The same for an x that was computed off the tape. */
export function knownRoot<X extends Structure, P extends Parameter[]>(
  condition: Condition<X, P>,
  options: RootOptions,
  params: P,
  known: X,
): X {
  const x = inOrderOf(condition, known);
  const [xs, ps] = [flatten(x), flatten(params)];
  const {residualTolerance} = options;
  const check = (leaves: tf.Tensor[], rest: tf.Tensor[]) =>
    checkRoot(condition, options, residualTolerance!, unflatten(x, leaves), unflatten(params, rest));
  const isChecked = residualTolerance !== undefined;
  // While a gradient is recorded, the backward pass does this check.
  if (isChecked && !isTapeOn()) check(xs, ps);
  const system = rootSystem(condition, options, x, params);
  const leaves = implicitRoot(isChecked ? {...system, check} : system, xs, ps);
  return unflatten(x, leaves);
}
