/** @file The geometry of convolutions and pools in two or three axes: which entries meet when a window moves over an array. */
import type {backend_util} from '@tensorflow/tfjs-core';

/** The information that tfjs computes about a convolution or a pool. */
export type WindowInfo = backend_util.Conv2DInfo | backend_util.Conv3DInfo;

/** The steps between neighbouring entries of an array of images. */
export interface ImageStrides {
  batch: number;
  channel: number;
  /** One step for each axis that the window moves along. */
  axes: number[];
}

export interface Windows {
  input: ImageStrides;
  output: ImageStrides;
  /**
   * Triples of places: of an entry of the output, an entry of the input, and an entry of the window. They are for the first sample and the
   * first channel; places in the window count only its own entries. All triples of an output entry are adjacent.
   */
  taps: Int32Array;
}

interface Axis {
  input: number;
  output: number;
  window: number;
  stride: number;
  dilation: number;
  pad: number;
}

export function windowsOf(info: WindowInfo): Windows {
  const axes = axesOf(info);
  const channelsLast = info.dataFormat === 'channelsLast';
  const input = stridesOf(
    axes.map((axis) => axis.input),
    info.inChannels,
    channelsLast,
  );
  const output = stridesOf(
    axes.map((axis) => axis.output),
    info.outChannels,
    channelsLast,
  );
  // [place in the output, in the input, in the window], axis by axis. Output entries are the outer loop, window entries the inner one.
  let places: number[][][] = [[[0, 0, 0]]];
  axes.forEach((axis, k) => {
    places = places.flatMap((group) =>
      Array.from({length: axis.output}, (_, at) =>
        group.flatMap(([o, i, w]) =>
          Array.from({length: axis.window}, (__, tap) => ({
            tap,
            from: at * axis.stride - axis.pad + tap * axis.dilation,
          }))
            .filter(({from}) => from >= 0 && from < axis.input)
            .map(({tap, from}) => [o + at * output.axes[k], i + from * input.axes[k], w * axis.window + tap]),
        ),
      ),
    );
  });
  return {input, output, taps: Int32Array.from(places.flat(2))};
}

function axesOf(info: WindowInfo): Axis[] {
  const height = {
    ...{input: info.inHeight, output: info.outHeight, window: info.filterHeight},
    ...{stride: info.strideHeight, dilation: info.dilationHeight, pad: info.padInfo.top},
  };
  const width = {
    ...{input: info.inWidth, output: info.outWidth, window: info.filterWidth},
    ...{stride: info.strideWidth, dilation: info.dilationWidth, pad: info.padInfo.left},
  };
  if (!('inDepth' in info)) return [height, width];
  const depth = {
    ...{input: info.inDepth, output: info.outDepth, window: info.filterDepth},
    ...{stride: info.strideDepth, dilation: info.dilationDepth, pad: info.padInfo.front},
  };
  return [depth, height, width];
}

function stridesOf(sizes: number[], channels: number, channelsLast: boolean): ImageStrides {
  const step = channelsLast ? channels : 1;
  const axes = sizes.map((_, k) => step * sizes.slice(k + 1).reduce((all, size) => all * size, 1));
  const area = sizes.reduce((all, size) => all * size, 1);
  return {batch: area * channels, channel: channelsLast ? 1 : area, axes};
}
