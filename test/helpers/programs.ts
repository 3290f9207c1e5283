/** @file Suites that look at single operations or count calls: solvers run operation by operation there, and not as programs. */
import * as tf from '@tensorflow/tfjs-core';

const FLAG = 'IMPLICIT_PROGRAMS';

/** Runs `f` with programs 'on', 'off' or 'explain'. */
export function withPrograms<T>(value: 'on' | 'off' | 'explain', f: () => T): T {
  const before = tf.env().get(FLAG);
  tf.env().set(FLAG, value as never);
  try {
    return f();
  } finally {
    tf.env().set(FLAG, before);
  }
}

/** Turns programs off for the tests of the suite that it is called in. */
export function turnOffPrograms(): void {
  let before: ReturnType<ReturnType<typeof tf.env>['get']>;
  beforeEach(() => {
    before = tf.env().get(FLAG);
    tf.env().set(FLAG, 'off' as never);
  });
  afterEach(() => tf.env().set(FLAG, before));
}
