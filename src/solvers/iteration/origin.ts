/** @file What determines the start and the step of an iteration, for programs that are used again. */
import {partsOf, type Parameter, type Structure} from '../../autodiff/index.js';
import type {Origin} from '../../programs/index.js';
import type {Iteration} from './types.js';

/**
 * @param given What is read.
 * @param owner Iterations with the same owner do the same with their functions.
 * @returns `null` if it is not known which functions of the user's the iteration calls.
 */
export function originOf<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  name: string,
  given: unknown,
  owner: object | undefined = iteration,
): Origin | null {
  const {functions} = iteration;
  return functions ? {owner, name, parts: functions.flatMap(partsOf), given} : null;
}
