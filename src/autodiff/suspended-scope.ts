/** @file A `tf.tidy` that can be left and entered again, for work in several tasks of the event loop. */
import * as tf from '@tensorflow/tfjs-core';
import {engineState} from './engine.js';

/**
 * Owns the tensors that are made in its `run`s, until it is closed.
 *
 * Between two runs no scope of tfjs is open, so that scopes of others in the meantime neither see these tensors nor are disturbed.
 */
export class SuspendedScope {
  private own: tf.Tensor[] = [];

  /** Runs `f`, off every tape. What it makes belongs to this scope, also if it throws. */
  run<T>(f: () => T): T {
    const engine = tf.engine();
    engine.startScope('suspended');
    const {track} = engineState().scopeStack.at(-1)!;
    try {
      return f();
    } finally {
      const made = track.filter((tensor) => !tensor.kept && !tensor.isDisposed);
      // A kept tensor survives the end of any scope.
      for (const tensor of made) tensor.kept = true;
      engine.endScope();
      this.own = [...this.own.filter((tensor) => !tensor.isDisposed), ...made];
    }
  }

  /** Takes tensors that others made. */
  adopt<T>(made: T): T {
    for (const tensor of tensorsIn(made)) {
      tensor.kept = true;
      this.own.push(tensor);
    }
    return made;
  }

  /** Disposes of everything but the tensors of the result, which belong to the caller from now on. */
  close(result?: unknown): void {
    const given = new Set<tf.Tensor>(tensorsIn(result));
    for (const tensor of this.own) {
      if (tensor.isDisposed) continue;
      tensor.kept = false;
      if (!given.has(tensor)) tensor.dispose();
    }
    this.own = [];
  }
}

function tensorsIn(container: unknown): tf.Tensor[] {
  if (container instanceof tf.Tensor) return [container as tf.Tensor];
  if (container === null || typeof container !== 'object') return [];
  return Object.values(container).flatMap((part: unknown) => tensorsIn(part));
}
