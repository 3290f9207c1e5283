/** @file Enlarges or reduces images, by repeating and omitting entries or by interpolation; with the gradients. */
import type {Operand, Routine, Routines, Site} from './types.js';

/** For each entry of the resized image [batch, height, width, channels], the place of the input entry that it repeats. */
function sources(
  from: Operand,
  to: Operand,
  {alignCorners, halfPixelCenters}: Site['attributes'],
): Int32Array {
  const [batch, ...sizes] = from.shape;
  const channels = sizes[2];
  const nearest = (axis: 0 | 1) => {
    const [before, after] = [sizes[axis], to.shape[axis + 1]];
    const between = alignCorners && after > 1;
    const ratio = between ? (before - 1) / (after - 1) : before / after;
    return Array.from({length: after}, (_, i) => {
      const at = ratio * (halfPixelCenters ? i + 0.5 : i);
      return Math.max(0, Math.min(before - 1, alignCorners ? Math.round(at) : Math.floor(at)));
    });
  };
  const [rows, columns] = [nearest(0), nearest(1)];
  const places = new Int32Array(to.data.length);
  let next = 0;
  for (let b = 0; b < batch; b++) {
    for (const row of rows) {
      for (const column of columns) {
        const start = ((b * sizes[0] + row) * sizes[1] + column) * channels;
        for (let channel = 0; channel < channels; channel++) places[next++] = start + channel;
      }
    }
  }
  return places;
}

const nearest: Routine = ({inputs, outputs, attributes}) => {
  const [images] = inputs.images;
  const out = outputs[0].data;
  const at = sources(images, outputs[0], attributes);
  return () => {
    for (let i = 0; i < out.length; i++) out[i] = images.data[at[i]];
  };
};

/** Adds each cotangent at the entry that was repeated. */
const nearestGradient: Routine = ({inputs, outputs, attributes}) => {
  const [[images], [dy]] = [inputs.images, inputs.dy];
  const out = outputs[0].data;
  const at = sources(images, dy, attributes);
  return () => {
    out.fill(0);
    for (let i = 0; i < at.length; i++) out[at[i]] += dy.data[i];
  };
};

/** The two entries of an axis that an entry of the resized axis lies between, and how far it is from the first to the second. */
interface Between {
  low: number;
  high: number;
  share: number;
}

function betweens(
  before: number,
  after: number,
  {alignCorners, halfPixelCenters}: Site['attributes'],
): Between[] {
  const between = alignCorners && after > 1;
  const ratio = between ? (before - 1) / (after - 1) : before / after;
  return Array.from({length: after}, (_, i) => {
    const at = halfPixelCenters ? ratio * (i + 0.5) - 0.5 : ratio * i;
    const low = Math.max(0, Math.floor(at));
    return {low, high: Math.max(0, Math.min(before - 1, Math.ceil(at))), share: at - low};
  });
}

/** Calls `visit` with the place of each entry of the resized image, its four neighbours, and how far it is between them. */
function forEachPixel(
  small: readonly number[],
  [, height, width]: readonly number[],
  attributes: Site['attributes'],
  visit: (
    at: number,
    corners: readonly [number, number, number, number],
    down: number,
    right: number,
  ) => void,
): void {
  const [batch, rows, columns, channels] = small;
  const vertical = betweens(rows, height, attributes);
  const horizontal = betweens(columns, width, attributes);
  let next = 0;
  for (let b = 0; b < batch; b++) {
    for (const {low: top, high: bottom, share: down} of vertical) {
      for (const {low: left, high: right, share} of horizontal) {
        const place = (row: number, column: number) => ((b * rows + row) * columns + column) * channels;
        const [a, c, d, e] = [place(top, left), place(top, right), place(bottom, left), place(bottom, right)];
        for (let k = 0; k < channels; k++) visit(next++, [a + k, c + k, d + k, e + k], down, share);
      }
    }
  }
}

const bilinear: Routine = ({inputs, outputs, attributes}) => {
  const [{data: x, shape}] = inputs.images;
  const [{data: out, shape: to}] = outputs;
  return () =>
    forEachPixel(shape, to, attributes, (at, [a, c, d, e], down, right) => {
      const top = x[a] + (x[c] - x[a]) * right;
      const bottom = x[d] + (x[e] - x[d]) * right;
      out[at] = top + (bottom - top) * down;
    });
};

/** tfjs ignores `halfPixelCenters` here. */
const bilinearGradient: Routine = ({inputs, outputs, attributes}) => {
  const [[images], [dy]] = [inputs.images, inputs.dy];
  const out = outputs[0].data;
  const {alignCorners} = attributes;
  return () => {
    out.fill(0);
    forEachPixel(images.shape, dy.shape, {alignCorners}, (at, [a, c, d, e], down, right) => {
      const value = dy.data[at];
      out[a] += value * (1 - down) * (1 - right);
      out[c] += value * (1 - down) * right;
      out[d] += value * down * (1 - right);
      out[e] += value * down * right;
    });
  };
};

export const resize: Routines = {
  ResizeBilinear: bilinear,
  ResizeBilinearGrad: bilinearGradient,
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: nearestGradient,
};
