/** @file Describes operands of entrywise functions as matrices that repeat a row, a column or one number. */
import type {Spread} from '../../kernels/index.js';
import {product, type Operand} from './types.js';

export interface Spreads {
  rows: number;
  columns: number;
  operands: Spread[];
}

/** Returns `null` if there is no matrix [rows, columns] in which each operand is the whole matrix, a row, a column, or one entry. */
export function spreadsOf(operands: readonly Operand[], out: Operand): Spreads | null {
  if (out.data.length === 0) return null;
  const parts = operands.map((operand) => partOf(operand, out));
  if (!parts.every((part) => part !== null)) return null;
  const widths = parts.flatMap(({width}) => (width === null ? [] : [width]));
  const columns = widths[0] ?? out.data.length;
  if (widths.some((width) => width !== columns)) return null;
  return {
    rows: out.data.length / columns,
    columns,
    operands: operands.map(({data}, i) => {
      const {moves, width} = parts[i];
      // An operand with its own width is a row or a column. Otherwise it is the whole matrix or one number.
      if (width === null) return {data, down: moves ? columns : 0, across: Number(moves)};
      return {data, down: Number(!moves), across: Number(moves)};
    }),
  };
}

/** Whether the operand moves along the last axis of `out`, and the number of columns if it does so along only some of the axes. */
function partOf({shape}: Operand, out: Operand): {moves: boolean; width: number | null} | null {
  const lead = out.shape.length - shape.length;
  const axes = out.shape
    .map((size, axis) => ({size, moves: axis >= lead && shape[axis - lead] === size}))
    .filter(({size}) => size > 1);
  const last = axes[axes.length - 1]?.moves ?? true;
  const split = axes.findLastIndex(({moves}) => moves !== last) + 1;
  if (split === 0) return {moves: last, width: null};
  if (axes.slice(0, split).some(({moves}) => moves === last)) return null;
  return {moves: last, width: product(axes.slice(split).map(({size}) => size))};
}
