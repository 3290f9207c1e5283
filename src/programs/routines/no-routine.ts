/** @file The error for a kernel, or a use of it, that has no routine. Such a function runs operation by operation. */

export class NoRoutine extends Error {
  override name = 'NoRoutine';
}
