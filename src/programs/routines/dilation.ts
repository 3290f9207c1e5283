/** @file Dilation of images: the largest sum of an entry and a filter's entry in each window; with its gradients. */
import {backend_util} from '@tensorflow/tfjs-core';
import type {Routine, Routines, Site} from './types.js';

/** What tfjs starts a maximum with. */
const LOWEST = Number.MIN_SAFE_INTEGER;

/**
 * For each output entry, the places of the input and of the filter that its window pairs: they are found when it runs. `visit` gets the
 * place of the output, and those of the pair with the largest sum (the first one, if there are several).
 */
function forEachWindow(
  {inputs, attributes}: Site,
  visit: (out: number, input: number, filter: number, sum: number) => void,
): void {
  const [[x], [filter]] = [inputs.x, inputs.filter];
  const info = backend_util.computeDilation2DInfo(
    x.shape as [number, number, number, number],
    filter.shape as [number, number, number],
    attributes.strides as number,
    attributes.pad as 'same' | 'valid' | number,
    'NHWC',
    attributes.dilations as number,
  );
  const {batchSize, inHeight, inWidth, inChannels, outHeight, outWidth} = info;
  const {filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth} = info;
  const {top, left} = info.padInfo;
  let out = 0;
  for (let b = 0; b < batchSize; b++) {
    for (let i = 0; i < outHeight; i++) {
      for (let j = 0; j < outWidth; j++) {
        for (let channel = 0; channel < inChannels; channel++) {
          const [row, column] = [i * strideHeight - top, j * strideWidth - left];
          let largest = LOWEST;
          let input =
            ((b * inHeight + Math.max(0, row)) * inWidth + Math.max(0, column)) * inChannels + channel;
          let weight = channel;
          for (let h = 0; h < filterHeight; h++) {
            const y = row + h * dilationHeight;
            if (y < 0 || y >= inHeight) continue;
            for (let w = 0; w < filterWidth; w++) {
              const z = column + w * dilationWidth;
              if (z < 0 || z >= inWidth) continue;
              const from = ((b * inHeight + y) * inWidth + z) * inChannels + channel;
              const by = (h * filterWidth + w) * inChannels + channel;
              const sum = x.data[from] + filter.data[by];
              if (sum > largest) [largest, input, weight] = [sum, from, by];
            }
          }
          visit(out++, input, weight, largest);
        }
      }
    }
  }
}

const dilate: Routine = (site) => {
  const out = site.outputs[0].data;
  return () => forEachWindow(site, (at, _input, _filter, sum) => (out[at] = sum));
};

/** Adds each cotangent at the place that `pick` chooses of the pair. */
const gradient =
  (pick: (input: number, filter: number) => number): Routine =>
  (site) => {
    const [dy] = site.inputs.dy;
    const out = site.outputs[0].data;
    return () => {
      out.fill(0);
      forEachWindow(site, (at, input, filter) => (out[pick(input, filter)] += dy.data[at]));
    };
  };

export const dilation: Routines = {
  Dilation2D: dilate,
  Dilation2DBackpropFilter: gradient((_, filter) => filter),
  Dilation2DBackpropInput: gradient((input) => input),
};
