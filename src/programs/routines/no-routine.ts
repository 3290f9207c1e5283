/** @file Says that a kernel, or a use of it, has no routine: such a function runs operation by operation. */

export class NoRoutine extends Error {
  override name = 'NoRoutine';
}
