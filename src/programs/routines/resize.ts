/** @file Enlarges or reduces images by repeating and omitting entries, as up-sampling layers do; with the gradient. */
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

export const resize: Routines = {
  ResizeNearestNeighbor: nearest,
  ResizeNearestNeighborGrad: nearestGradient,
};
