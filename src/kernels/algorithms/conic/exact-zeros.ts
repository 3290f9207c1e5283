/** @file Sets entries of a solution to zero that differ from zero only by rounding: compared with the given numbers, they do not matter. */
import {largestOf, partOf, type ConicIterate, type ConicProblem} from './problem.js';

/** v with zeros for entries that are at most `least`. */
export const above = (v: Float64Array, least: number): Float64Array =>
  v.map((value) => (Math.abs(value) > least ? value : 0));

type Point = Pick<ConicIterate, 'z' | 'y'>;

/**
 * The point without the entries of z and y whose terms are at most the share `negligible` of the terms of all rows and columns in which
 * they stand. Where all terms of a row (or column) are of this kind, it has no size of its own, and its entries alone cannot show whether
 * they matter. So sizes start from the given numbers, c and d, and spread from there.
 *
 * A block of a cone has one size. Its multipliers matter together, because the cone couples them; among them, those that are at most
 * that share of the largest one become zero.
 */
export function withExactZeros<P extends Point>(problem: ConicProblem, point: P, negligible: number): P {
  const {p, m, c, d, E, blocks} = problem;
  const {z, y} = point;
  const rowTerms = d.map(Math.abs);
  const columnTerms = c.map(Math.abs);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < p; j++) {
      const entry = Math.abs(E[i * p + j]);
      rowTerms[i] += entry * Math.abs(z[j]);
      columnTerms[j] += entry * Math.abs(y[i]);
    }
  }
  const columnHasSize = Uint8Array.from(c, (value) => Number(value !== 0));
  const keepZ = new Uint8Array(p);
  const own = blocks.map((block) => ({
    ...block,
    terms: largestOf(partOf(block, rowTerms)),
    hasSize: largestOf(partOf(block, d)) > 0,
    keepY: false,
  }));
  let changed: boolean;
  const visit = (block: (typeof own)[number]) => {
    const {start, size, terms} = block;
    const before = [block.hasSize, block.keepY];
    for (let i = start; i < start + size; i++) {
      for (let j = 0; j < p; j++) {
        const entry = Math.abs(E[i * p + j]);
        if (entry === 0) continue;
        if (columnHasSize[j] && entry * Math.abs(y[i]) > negligible * columnTerms[j]) block.keepY = true;
        if (block.hasSize && !keepZ[j] && entry * Math.abs(z[j]) > negligible * terms) {
          keepZ[j] = 1;
          changed = true;
        }
        if (keepZ[j]) block.hasSize = true;
        if (block.keepY && y[i] !== 0 && !columnHasSize[j]) {
          columnHasSize[j] = 1;
          changed = true;
        }
      }
    }
    changed ||= block.hasSize !== before[0] || block.keepY !== before[1];
  };
  // Up and down in turn, so that sizes spread along a chain of rows in a few passes, whatever its direction.
  for (let down = true; ; down = !down) {
    changed = false;
    for (let k = 0; k < own.length; k++) visit(own[down ? k : own.length - 1 - k]);
    if (!changed) break;
  }
  const multipliers = new Float64Array(m);
  for (const block of own) {
    if (!block.keepY) continue;
    const part = partOf(block, y);
    partOf(block, multipliers).set(above(part, negligible * largestOf(part)));
  }
  return {...point, z: z.map((value, j) => (keepZ[j] ? value : 0)), y: multipliers};
}

/**
 * The iterate with small entries set to zero. The limit for z is a share of its largest entry or of one, and the limit for y and s is a
 * share of the largest entry of each block.
 */
export function withoutNoise({blocks}: ConicProblem, {z, y, s}: ConicIterate, share: number): ConicIterate {
  if (share === 0) return {z, y, s};
  const inBlocks = (v: Float64Array) => {
    const out = new Float64Array(v);
    for (const block of blocks)
      partOf(block, out).set(above(partOf(block, v), share * largestOf(partOf(block, v))));
    return out;
  };
  return {z: above(z, share * Math.max(1, largestOf(z))), y: inBlocks(y), s: inBlocks(s)};
}
