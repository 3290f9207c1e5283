/** @file Convolutions in two and three axes, dense and depthwise, with both parts of their gradients. */
import {backend_util} from '@tensorflow/tfjs-core';
import type {Operand, Routine, Routines, Site} from './types.js';
import {fused} from './fused.js';
import {windowsOf, type WindowInfo} from './windows.js';

/**
 * What is computed along the taps: the result from x and the filter, or the cotangent of x or of the filter from the result's cotangent.
 */
type Way = 'forward' | 'toInput' | 'toFilter';

type Geometry = (x: number[], filter: number[], attributes: Site['attributes']) => WindowInfo;

const planar =
  (depthwise: boolean): Geometry =>
  (x, filter, {strides, dilations, pad, dimRoundingMode, dataFormat}) =>
    backend_util.computeConv2DInfo(
      x as [number, number, number, number],
      filter as [number, number, number, number],
      strides as number,
      (dilations as number | null | undefined) ?? 1,
      pad as number,
      dimRoundingMode as 'floor' | undefined,
      depthwise,
      depthwise
        ? 'channelsLast'
        : backend_util.convertConv2DDataFormat((dataFormat as 'NHWC' | undefined) ?? 'NHWC'),
    );

const spatial: Geometry = (x, filter, {strides, dilations, pad}) =>
  backend_util.computeConv3DInfo(
    x as [number, number, number, number, number],
    filter as [number, number, number, number, number],
    strides as number,
    (dilations as number | null | undefined) ?? 1,
    pad as number,
  );

/** Runs along all taps of all samples. One of the three arrays is written and must contain zeros at first. */
function convolution(
  info: WindowInfo,
  depthwise: boolean,
  way: Way,
  x: Float64Array,
  filter: Float64Array,
  y: Float64Array,
): () => void {
  const {input, output, taps} = windowsOf(info);
  const channels = info.inChannels;
  // The number of results of each input channel. In a depthwise convolution a channel has its own results; otherwise it contributes to all.
  const each = depthwise ? info.outChannels / channels : info.outChannels;
  const own = depthwise ? each * output.channel : 0;
  const into = {forward: y, toInput: x, toFilter: filter}[way];
  return () => {
    into.fill(0);
    for (let sample = 0; sample < info.batchSize; sample++) {
      const [startX, startY] = [sample * input.batch, sample * output.batch];
      for (let tap = 0; tap < taps.length; tap += 3) {
        for (let c = 0; c < channels; c++) {
          const atX = startX + taps[tap + 1] + c * input.channel;
          const atFilter = (taps[tap + 2] * channels + c) * each;
          let atY = startY + taps[tap] + c * own;
          if (way === 'forward') {
            const value = x[atX];
            for (let k = 0; k < each; k++, atY += output.channel) y[atY] += value * filter[atFilter + k];
          } else if (way === 'toInput') {
            let total = 0;
            for (let k = 0; k < each; k++, atY += output.channel) total += y[atY] * filter[atFilter + k];
            x[atX] += total;
          } else {
            const value = x[atX];
            for (let k = 0; k < each; k++, atY += output.channel) filter[atFilter + k] += value * y[atY];
          }
        }
      }
    }
  };
}

const shapeIn = (attributes: Site['attributes'], name: string) => attributes[name] as number[];

const forward =
  (geometry: Geometry, depthwise = false): Routine =>
  ({inputs, outputs, attributes}) => {
    const [[x], [filter]] = [inputs.x, inputs.filter];
    const info = geometry(x.shape, filter.shape, attributes);
    return convolution(info, depthwise, 'forward', x.data, filter.data, outputs[0].data);
  };

const toInput =
  (geometry: Geometry, depthwise = false): Routine =>
  ({inputs, outputs, attributes}) => {
    const [[dy], [filter]] = [inputs.dy, inputs.filter];
    const info = geometry(shapeIn(attributes, 'inputShape'), filter.shape, attributes);
    return convolution(info, depthwise, 'toInput', outputs[0].data, filter.data, dy.data);
  };

const toFilter =
  (geometry: Geometry, depthwise = false): Routine =>
  ({inputs, outputs, attributes}) => {
    const [[x], [dy]] = [inputs.x, inputs.dy];
    const info = geometry(x.shape, shapeIn(attributes, 'filterShape'), attributes);
    return convolution(info, depthwise, 'toFilter', x.data, outputs[0].data, dy.data);
  };

/** With channels first, a vector with one number per channel gets its axis before the axes of the image. */
const byChannel = ({attributes}: Site, operand: Operand): Operand =>
  attributes.dataFormat === 'NCHW' && operand.shape.length === 1
    ? {...operand, shape: [operand.shape[0], 1, 1]}
    : operand;

const [conv2d, byChannel2d] = [planar(false), planar(true)];

export const convolutions: Routines = {
  Conv2D: forward(conv2d),
  Conv2DBackpropFilter: toFilter(conv2d),
  Conv2DBackpropInput: toInput(conv2d),
  Conv3D: forward(spatial),
  Conv3DBackpropFilterV2: toFilter(spatial),
  Conv3DBackpropInputV2: toInput(spatial),
  DepthwiseConv2dNative: forward(byChannel2d, true),
  DepthwiseConv2dNativeBackpropFilter: toFilter(byChannel2d, true),
  DepthwiseConv2dNativeBackpropInput: toInput(byChannel2d, true),
  FusedConv2D: fused(forward(conv2d), byChannel),
  FusedDepthwiseConv2D: fused(forward(byChannel2d, true), byChannel),
};
