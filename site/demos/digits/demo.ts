/** @file The digits of a page: their data is fetched once. */
import address from '../../../examples/data/digits.csv?url';
import type {StartDemo} from '../shell/demo.js';
import {startDigits, type Answer, type Ask, type Shown} from './training.js';

let rows: Promise<number[][]> | undefined;

async function load(): Promise<number[][]> {
  const text = await (await fetch(address)).text();
  return text
    .trim()
    .split('\n')
    .map((line) => line.split(',').map(Number));
}

export const start: StartDemo<Shown[], Ask, Answer> = async (settings) =>
  startDigits(await (rows ??= load()), settings);
