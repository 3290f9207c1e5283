/** @file The memory of the problems of a batch, which consists of named areas. */
import type * as tf from '@tensorflow/tfjs-core';

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

/** Where each area begins, and how many words there are. What belongs to one phase of a routine takes the place of another's. */
export function placesOf(...phases: Areas[]): {places: Record<string, number>; words: number} {
  const places: Record<string, number> = {};
  let most = 1;
  for (const areas of phases) {
    let words = 0;
    for (const [name, {size, double}] of Object.entries(areas)) {
      places[name] = words;
      words += double ? 2 * size : size;
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
