/** @file The multipliers of a constraint of the user, from those of the solver's rows and bounds. */
import * as tf from '@tensorflow/tfjs-core';
import {ParameterMap} from './parameter-map.js';
import {ofBatch, type ThetaPart} from './theta.js';

/** The multipliers of the solver, in the order in which they are numbered: each [B, …]. */
export const SOURCES = ['ineqDual', 'lowerDual', 'upperDual'] as const;

/** One multiplier of the solver. */
export interface Source {
  from: (typeof SOURCES)[number];
  place: number;
  /** By what it is multiplied. */
  factor: number;
}

export class Multipliers {
  private readonly map: ParameterMap;
  /** The part of one tensor that they are, if that is so. */
  private readonly range: {from: Source['from']; start: number} | null;

  /** @param sources Of each entry; `null`: it is zero. */
  constructor(private readonly sources: readonly (Source | null)[]) {
    const [first] = sources;
    const isRange = (given: Source): boolean =>
      sources.every(
        (each, i) => each?.from === given.from && each.place === given.place + i && each.factor === 1,
      );
    this.range = first && isRange(first) ? {from: first.from, start: first.place} : null;
    this.map = new ParameterMap(sources.length);
  }

  /** [B, entries]. */
  of(duals: Record<Source['from'], tf.Tensor>): tf.Tensor {
    const {sources, range, map} = this;
    if (range) return tf.slice(duals[range.from], [0, range.start], [-1, sources.length]);
    if (sources.every((source) => source === null)) {
      // Zero, but a function of the parameters like all others, so that it has a gradient.
      const bound = duals.lowerDual.shape[1]! > 0 ? duals.lowerDual : duals.upperDual;
      return tf.tile(tf.mul(0, tf.slice(bound, [0, 0], [-1, 1])), [1, sources.length]);
    }
    const parts: ThetaPart[] = [];
    let start = 0;
    for (const name of SOURCES) {
      parts.push({start, values: duals[name]});
      start += duals[name].shape[1]!;
    }
    if (map.isConstant) {
      sources.forEach((source, i) => {
        if (source) map.add(i, parts[SOURCES.indexOf(source.from)].start + source.place, source.factor);
      });
    }
    const values = map.of({batch: duals.ineqDual.shape[0], parts});
    return ofBatch(tf.reshape(values, [-1, sources.length]), duals.ineqDual.shape[0]);
  }
}
