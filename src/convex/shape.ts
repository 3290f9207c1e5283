/** @file Shapes of expressions, and how they broadcast: as in tfjs. */
import {broadcastStrides, places} from '../programs/index.js';

/** The sizes of the axes; [] for a scalar. */
export type Shape = readonly number[];

/** The number of entries. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** A shape as text. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** Whether two shapes are equal. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** The shape of an element-wise operation. @throws If the shapes do not broadcast. */
export function broadcast(shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map(({length}) => length));
  return Array.from({length: rank}, (_, axis) => {
    let size = 1;
    for (const shape of shapes) {
      const own = shape[axis - rank + shape.length] ?? 1;
      if (own === 1 || own === size) continue;
      if (size !== 1) throw new Error(`the shapes ${shapes.map(shapeText).join(' and ')} do not broadcast`);
      size = own;
    }
    return size;
  });
}

/** For each entry of an array of shape `to`, the entry of the array of shape `from` that is broadcast there. */
export function broadcastPlaces(from: Shape, to: Shape): Int32Array {
  return places(to, broadcastStrides(from, to));
}

/** An axis counted from the front. @throws If there is no such axis. */
export function axisOf(axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis;
  if (!(Number.isInteger(own) && own >= 0 && own < rank)) {
    throw new Error(`axis ${axis} does not exist in ${rank} ${rank === 1 ? 'axis' : 'axes'}`);
  }
  return own;
}
