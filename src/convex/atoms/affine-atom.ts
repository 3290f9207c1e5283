/** @file Makes an atom that is linear in all of its arguments, from the maps of these. */
import type * as tf from '@tensorflow/tfjs-core';
import type {LinearMap} from '../linear-map.js';
import type {Shape} from '../shape.js';
import {negated, signOfSum} from '../sign.js';
import type {Atom, Options, Text} from '../types.js';

interface AffineAtom {
  name: string;
  shape: (args: readonly Shape[], options: Options) => Shape;
  linear: (args: readonly Shape[], options: Options) => LinearMap[];
  evaluate: (args: readonly tf.Tensor[], options: Options, shape: Shape) => tf.Tensor;
  /** The arguments, by index, that are subtracted. Default: none. */
  subtracts?: (index: number) => boolean;
  /** Whether entries of an argument are both added and subtracted. Default false. */
  isMixed?: boolean;
  text?: (args: readonly Text[], options: Options) => Text;
}

export function affineAtom({subtracts = () => false, isMixed = false, ...atom}: AffineAtom): Atom {
  return {
    ...atom,
    sign: (args) => {
      if (isMixed) return args.every(({sign}) => sign === 'zero') ? 'zero' : 'unknown';
      return signOfSum(args.map(({sign}, i) => (subtracts(i) ? negated(sign) : sign)));
    },
    curvature: () => 'affine',
    monotonicity: (index) => {
      if (isMixed) return 'none';
      return subtracts(index) ? 'decreasing' : 'increasing';
    },
  };
}
