/** @file Differences of neighbouring entries. */
import {expression} from '../expression.js';
import {asExpression, type ExpressionLike} from '../leaves.js';
import {mapOf} from '../linear-map.js';
import {axisOf, shapeText, sizeOf} from '../shape.js';
import type {Atom, Expression} from '../types.js';
import {affineAtom} from './affine-atom.js';
import {differences} from './tensors.js';

export const DIFF: Atom = affineAtom({
  name: 'diff',
  isMixed: true,
  shape: ([shape], options) => {
    const axis = axisOf(options.axis as number, shape.length);
    if (shape[axis] < 2) throw new Error(`axis ${axis} of ${shapeText(shape)} has no neighbours`);
    return shape.map((size, i) => (i === axis ? size - 1 : size));
  },
  linear: ([shape], options) => {
    const axis = axisOf(options.axis as number, shape.length);
    const inner = sizeOf(shape.slice(axis + 1));
    const length = shape[axis];
    const size = (sizeOf(shape) / length) * (length - 1);
    const entries: [number, number, number][] = [];
    for (let i = 0; i < size; i++) {
      const block = Math.floor(i / ((length - 1) * inner));
      const from = i + block * inner;
      entries.push([i, from, -1], [i, from + inner, 1]);
    }
    return [mapOf(size, entries)];
  },
  evaluate: ([x], options) => differences(x, axisOf(options.axis as number, x.rank - 1) + 1),
});

/** The differences of neighbours along an axis, default 0: yᵢ = xᵢ₊₁ − xᵢ. @throws If the axis has fewer than two entries. */
export function diff(x: ExpressionLike, axis = 0): Expression {
  return expression(DIFF, [asExpression('convex.diff', x)], {axis});
}
