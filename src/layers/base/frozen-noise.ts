/** @file Freezes the dropout of a cell, so that all iterations of a solve and its gradient use one mask. */
import type {layers} from '@tensorflow/tfjs-layers';
import {type LayersModel} from '@tensorflow/tfjs-layers';

type Layer = layers.Layer;

/** Layers with noise whose seed cannot be fixed. */
const UNSEEDED = ['GaussianNoise', 'GaussianDropout', 'AlphaDropout'];

/** The cell itself and every layer inside it. */
export function layersOf(cell: Layer): Layer[] {
  const inner = (cell as Partial<LayersModel>).layers ?? [];
  return [cell, ...inner.flatMap(layersOf)];
}

/** @throws If the cell has a layer whose noise cannot be frozen. */
export function checkNoise(cell: Layer): void {
  for (const layer of layersOf(cell)) {
    if (UNSEEDED.includes(layer.getClassName())) {
      throw new Error(
        `FixedPointLayer: the cell contains ${layer.getClassName()} ('${layer.name}'), whose noise would change from ` +
          'one iteration to the next, so there is no fixed point. Use Dropout instead: this layer freezes it during the iterations.',
      );
    }
  }
}

/** Draws one seed for each dropout layer of the cell; the result runs a function with those seeds in place. */
export function freezeDropout(cell: Layer): <T>(f: () => T) => T {
  const dropouts = layersOf(cell).filter((layer) => layer.getClassName() === 'Dropout') as unknown as {
    seed: number | undefined;
  }[];
  const seeds = dropouts.map(() => 1 + Math.floor(Math.random() * 2 ** 30));
  return (f) => {
    const before = dropouts.map(({seed}) => seed);
    dropouts.forEach((layer, i) => (layer.seed = seeds[i]));
    try {
      return f();
    } finally {
      dropouts.forEach((layer, i) => (layer.seed = before[i]));
    }
  };
}
