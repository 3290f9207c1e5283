/** @file The memory of the problems of a batch, which consists of named areas. */
import type * as tf from '@tensorflow/tfjs-core';
import {FAST} from './lanes.wgsl.js';

/** A part of a problem's memory, with a number of entries that are f32, or doubles of two f32. */
export interface Area {
  size: number;
  double?: boolean;
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
      places[name] = words;
      words += wordsOf(area);
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

/** Stands for a triangle whose size only the shader knows. It takes what there is, up to its largest size, half of the area K. */
export const TRIANGLE = 'fast_triangle';

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
  const moved: Record<string, number> = {...places, [TRIANGLE]: 0, [`${TRIANGLE}_words`]: 0};
  const all = hot.filter((name) => name === TRIANGLE || name in areas);
  const sizeOf = (name: string) => (name === TRIANGLE ? areas.K.size : wordsOf(areas[name]));
  const fast = atMost(all.reduce((sum, name) => sum + sizeOf(name), 0));
  let used = 0;
  for (const name of all) {
    let words = sizeOf(name);
    if (name === TRIANGLE) moved[`${TRIANGLE}_words`] = words = Math.max(0, Math.min(words, fast - used));
    if (used + words > fast || words === 0) continue;
    moved[name] = FAST + used;
    used += words;
  }
  return {places: moved, fast: used > 0 ? fast : 0};
}
