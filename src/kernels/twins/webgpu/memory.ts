/** @file The memory of the problems of a batch, which consists of named areas. */
import type * as tf from '@tensorflow/tfjs-core';
import {FAST} from './lanes.wgsl.js';

/** A part of a problem's memory, with a number of entries that are f32, or doubles of two f32. */
export interface Area {
  size: number;
  double?: boolean;
  /** The earlier area whose place it takes. */
  within?: string;
}

export type Areas = Record<string, Area>;

/** A buffer with the areas of several problems. With more than one in a tile, neighbouring threads read neighbouring words. */
export interface Memory {
  info: tf.TensorInfo;
  /** The words of a problem. */
  words: number;
  tile: number;
}

/** The number of problems whose memory is interleaved. */
const TILE = 32;

const wordsOf = ({size, double}: Area) => (double ? 2 * size : size);

/** Where each area begins, and how many words there are. What belongs to one phase of a routine takes the place of another's. */
export function placesOf(...phases: Areas[]): {places: Record<string, number>; words: number} {
  const places: Record<string, number> = {};
  let most = 1;
  for (const areas of phases) {
    let words = 0;
    for (const [name, area] of Object.entries(areas)) {
      places[name] = area.within === undefined ? words : places[area.within];
      if (area.within === undefined) words += wordsOf(area);
    }
    most = Math.max(most, words);
  }
  return {places, words: most};
}

export const tileOf = (slots: number, lanes: number): number => (lanes === 1 ? Math.min(TILE, slots) : 1);

/** The words of memory for this number of problems. */
export function roomFor(slots: number, words: number, lanes: number): number {
  const tile = tileOf(slots, lanes);
  return words * tile * Math.ceil(slots / tile);
}

/** How many problems have room at once, in whole tiles. */
export function slotsIn(
  room: number,
  words: number,
  {lanes, count}: {lanes: number; count: number},
): {slots: number; tile: number} {
  const tile = tileOf(Math.max(1, Math.min(count, Math.floor(room / words))), lanes);
  return {slots: Math.max(1, Math.min(count, Math.floor(room / (words * tile)) * tile)), tile};
}

/**
 * Moves areas to workgroup memory, the first of `hot` first, as long as there is room for them.
 *
 * @param atMost Tells how many words there are for areas that could use so many.
 */
export function moveToFast(
  places: Record<string, number>,
  areas: Areas,
  hot: readonly string[],
  atMost: (wanted: number) => number,
): {places: Record<string, number>; fast: number} {
  const moved = {...places};
  const names = hot.filter((name) => name in areas);
  const fast = atMost(names.reduce((sum, name) => sum + wordsOf(areas[name]), 0));
  let used = 0;
  for (const name of names) {
    const words = wordsOf(areas[name]);
    if (used + words > fast) continue;
    moved[name] = FAST + used;
    used += words;
  }
  return {places: moved, fast: used > 0 ? fast : 0};
}
