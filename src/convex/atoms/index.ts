/** @file All atoms: the functions that make them, and a table by name for saved problems. */
import type {Atom} from '../types.js';
import * as absolute from './absolute.js';
import * as arithmetic from './arithmetic.js';
import * as cones from './cones.js';
import * as differences from './differences.js';
import * as exponentials from './exponentials.js';
import * as extremes from './extremes.js';
import * as matMuls from './mat-mul.js';
import * as matrices from './matrices.js';
import * as piecewise from './piecewise.js';
import * as quadratics from './quadratics.js';
import * as rearrange from './rearrange.js';
import * as sums from './sums.js';

const ROOMS = [
  ...[absolute, arithmetic, cones, differences, exponentials, extremes],
  ...[matMuls, matrices, piecewise, quadratics, rearrange, sums],
];

/** The atoms by name. */
export function atomNamed(name: string): Atom | undefined {
  for (const room of ROOMS) {
    for (const value of Object.values(room) as unknown[]) {
      if (typeof value === 'object' && (value as Atom).name === name) return value as Atom;
    }
  }
  return undefined;
}
