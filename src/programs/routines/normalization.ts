/** @file Normalisation of the channels of images by their neighbours (LRN), with its gradient. */
import type {Routine, Routines, Site} from './types.js';

interface Normalization {
  depthRadius: number;
  bias: number;
  alpha: number;
  beta: number;
}

/** Calls `visit` with the place of each entry, the first and last place of its neighbours, and bias + α Σ x² over these. */
function forEachEntry(
  {inputs: {x}, attributes}: Site,
  visit: (at: number, first: number, last: number, norm: number) => void,
): void {
  const [{data, shape}] = x;
  const {depthRadius, bias, alpha} = attributes as unknown as Normalization;
  const channels = shape[3];
  for (let at = 0; at < data.length; at++) {
    const channel = at % channels;
    const first = at - Math.min(channel, depthRadius);
    const last = at + Math.min(channels - 1 - channel, depthRadius);
    let sum = 0;
    for (let k = first; k <= last; k++) sum += data[k] * data[k];
    visit(at, first, last, bias + alpha * sum);
  }
}

const normalize: Routine = (site) => {
  const [x] = site.inputs.x;
  const out = site.outputs[0].data;
  const {beta} = site.attributes as unknown as Normalization;
  return () =>
    forEachEntry(site, (at, _first, _last, norm) => {
      out[at] = x.data[at] * Math.pow(norm, -beta);
    });
};

const gradient: Routine = (site) => {
  const [[x], [y], [dy]] = [site.inputs.x, site.inputs.y, site.inputs.dy];
  const out = site.outputs[0].data;
  const {alpha, beta} = site.attributes as unknown as Normalization;
  return () => {
    out.fill(0);
    forEachEntry(site, (at, first, last, norm) => {
      const shared = (-2 * alpha * beta * y.data[at] * dy.data[at]) / norm;
      for (let k = first; k <= last; k++) out[k] += shared * x.data[k];
      out[at] += Math.pow(norm, -beta) * dy.data[at];
    });
  };
};

export const normalization: Routines = {LRN: normalize, LRNGrad: gradient};
