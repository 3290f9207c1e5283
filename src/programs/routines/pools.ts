/** @file Maximum and average pooling over images, with gradients. */
import {backend_util, util} from '@tensorflow/tfjs-core';
import type {Routine, Routines, Site} from './types.js';
import {windowsOf, type WindowInfo, type Windows} from './windows.js';

type Geometry = (x: number[], attributes: Site['attributes']) => WindowInfo;

const planar: Geometry = (x, {filterSize, strides, pad, dimRoundingMode}) =>
  backend_util.computePool2DInfo(
    x as [number, number, number, number],
    filterSize as number,
    strides as number,
    1,
    pad as number,
    dimRoundingMode as 'floor' | undefined,
  );

const spatial: Geometry = (x, {filterSize, strides, pad, dimRoundingMode}) =>
  backend_util.computePool3DInfo(
    x as [number, number, number, number, number],
    filterSize as number,
    strides as number,
    1,
    pad as number,
    dimRoundingMode as 'floor' | undefined,
  );

/** Visits the taps of one output entry, which have the places in `taps` from the first to just before the last. */
type Visit = (from: number, to: number, startX: number, atY: number) => void;

/** Calls `visit` for each entry of the output that has taps. */
function forEachWindow(
  {batchSize, inChannels}: WindowInfo,
  {input, output, taps}: Windows,
  visit: Visit,
): void {
  for (let sample = 0; sample < batchSize; sample++) {
    for (let channel = 0; channel < inChannels; channel++) {
      const startX = sample * input.batch + channel * input.channel;
      const startY = sample * output.batch + channel * output.channel;
      for (let from = 0; from < taps.length;) {
        let to = from + 3;
        while (to < taps.length && taps[to] === taps[from]) to += 3;
        visit(from, to, startX, startY + taps[from]);
        from = to;
      }
    }
  }
}

/** The place in `x` of the largest entry of a window; of equal entries the first or the last. −1 if there is none. */
function largest(
  x: Float64Array,
  taps: Int32Array,
  [from, to]: [number, number],
  startX: number,
  last = false,
): number {
  let at = -1;
  let most = -Infinity;
  for (let tap = from; tap < to; tap += 3) {
    const place = startX + taps[tap + 1];
    if (x[place] > most || (last && x[place] === most)) {
      most = x[place];
      at = place;
    }
  }
  return at;
}

const max =
  (geometry: Geometry): Routine =>
  ({inputs, outputs, attributes}) => {
    const [x] = inputs.x;
    const out = outputs[0].data;
    const info = geometry(x.shape, attributes);
    // In a window of one entry tfjs passes on any value, also NaN, but in larger windows it skips NaN.
    if (
      info.filterHeight === 1 &&
      info.filterWidth === 1 &&
      !('filterDepth' in info) &&
      util.arraysEqual(info.inShape, info.outShape)
    ) {
      return () => out.set(x.data);
    }
    const windows = windowsOf(info);
    return () => {
      out.fill(-Infinity);
      forEachWindow(info, windows, (from, to, startX, atY) => {
        const at = largest(x.data, windows.taps, [from, to], startX);
        if (at >= 0) out[atY] = x.data[at];
      });
    };
  };

/** Of equal entries, tfjs takes the first in two axes and the last in three axes. */
const maxGradient =
  (geometry: Geometry, last = false): Routine =>
  ({inputs, outputs, attributes}) => {
    const [[dy], [x]] = [inputs.dy, inputs.input];
    const out = outputs[0].data;
    const info = geometry(x.shape, attributes);
    const windows = windowsOf(info);
    return () => {
      out.fill(0);
      forEachWindow(info, windows, (from, to, startX, atY) => {
        const at = largest(x.data, windows.taps, [from, to], startX, last);
        if (at >= 0) out[at] += dy.data[atY];
      });
    };
  };

/** The mean of the entries that lie inside the image. */
const mean =
  (geometry: Geometry): Routine =>
  ({inputs, outputs, attributes}) => {
    const [x] = inputs.x;
    const out = outputs[0].data;
    const info = geometry(x.shape, attributes);
    const windows = windowsOf(info);
    const {taps} = windows;
    return () => {
      out.fill(NaN);
      forEachWindow(info, windows, (from, to, startX, atY) => {
        let total = 0;
        for (let tap = from; tap < to; tap += 3) total += x.data[startX + taps[tap + 1]];
        out[atY] = total / ((to - from) / 3);
      });
    };
  };

/** tfjs divides by the number of all window entries, even if some lie outside the image. This routine does the same. */
const meanGradient =
  (geometry: Geometry): Routine =>
  ({inputs, outputs, attributes}) => {
    const [[dy], [x]] = [inputs.dy, inputs.input];
    const out = outputs[0].data;
    const info = geometry(x.shape, attributes);
    const windows = windowsOf(info);
    const {taps} = windows;
    const size = info.filterHeight * info.filterWidth * ('filterDepth' in info ? info.filterDepth : 1);
    return () => {
      out.fill(0);
      forEachWindow(info, windows, (from, to, startX, atY) => {
        const share = dy.data[atY] / size;
        for (let tap = from; tap < to; tap += 3) out[startX + taps[tap + 1]] += share;
      });
    };
  };

export const pools: Routines = {
  AvgPool: mean(planar),
  AvgPool3D: mean(spatial),
  AvgPool3DGrad: meanGradient(spatial),
  AvgPoolGrad: meanGradient(planar),
  MaxPool: max(planar),
  MaxPool3D: max(spatial),
  MaxPool3DGrad: maxGradient(spatial, true),
  MaxPoolGrad: maxGradient(planar),
};
