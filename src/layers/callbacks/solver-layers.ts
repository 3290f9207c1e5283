/** @file Finds the layers of this library in a model, also where others contain them. */
import type {layers} from '@tensorflow/tfjs-layers';
import {SolverLayer} from '../base/solver-layer.js';

/** What may hold other layers: a model, a wrapper such as TimeDistributed, or a layer with a cell. */
interface Holder {
  layers?: readonly unknown[];
  layer?: unknown;
  cell?: unknown;
}

/** The layers, in the order of the model, each once. */
export function solverLayersIn(model: unknown): SolverLayer[] {
  const found = new Set<SolverLayer>();
  const seen = new Set<unknown>();
  const visit = (holder: unknown) => {
    if (typeof holder !== 'object' || holder === null || seen.has(holder)) return;
    seen.add(holder);
    if (holder instanceof SolverLayer) found.add(holder);
    const {layers: many, layer, cell} = holder as Holder & layers.Layer;
    for (const inner of [...(Array.isArray(many) ? (many as unknown[]) : []), layer, cell]) visit(inner);
  };
  visit(model);
  return [...found];
}
