/** @file The concave twin of a convex atom: −f(−x), as min is of max. */
import * as tf from '@tensorflow/tfjs-core';
import {negated} from '../sign.js';
import type {Atom} from '../types.js';
import {neg} from './arithmetic.js';

/** @param atom Convex, with a `graph`. */
export function mirrored(atom: Atom, name: string): Atom {
  return {
    name,
    shape: (args, options) => atom.shape(args, options),
    sign: (args, options) => negated(atom.sign(args.map(neg), options)),
    curvature: () => 'concave',
    monotonicity: (index, args, options) => atom.monotonicity(index, args.map(neg), options),
    evaluate: (args, options, shape) =>
      tf.neg(
        atom.evaluate(
          args.map((arg) => tf.neg(arg)),
          options,
          shape,
        ),
      ),
    graph: (args, options, sink) => neg(atom.graph!(args.map(neg), options, sink)),
  };
}
