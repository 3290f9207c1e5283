/** @file Lists of random colours, and orders that a person may have in mind. */
import type {Random} from '../../../examples/support/random.js';
import {ranksOf} from '../../../examples/ranking/lists.js';

/** Red, green and blue, each from 0 to 1. */
export type Colour = readonly [number, number, number];

export const RULES = {
  'from dark to light': ([r, g, b]: Colour) => 0.299 * r + 0.587 * g + 0.114 * b,
  'from cold to warm': ([r, , b]: Colour) => r - b,
  'from grey to bright': (colour: Colour) => Math.max(...colour) - Math.min(...colour),
};
export type Rule = keyof typeof RULES;

export interface ColourList {
  colours: Colour[];
  /** 1 for the colour that comes first. */
  ranks: number[];
}

export function makeList(rule: Rule, length: number, random: Random): ColourList {
  const colours = Array.from({length}, () => [random.uniform(), random.uniform(), random.uniform()] as const);
  return {colours, ranks: ranksOf(colours.map(RULES[rule]))};
}

export const toHex = (colour: Colour): string =>
  `#${colour
    .map((part) =>
      Math.round(255 * part)
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;

export function fromHex(hex: string): Colour {
  const part = (i: number) => parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
  return [part(0), part(1), part(2)];
}
