/** @file Reads a table of numbers from a CSV file of examples/data. */
import {readFileSync} from 'node:fs';
import {parse} from 'csv-parse/sync';

/** The rows of `examples/data/<name>`; `header` says that the first line contains names. */
export function readTable(name: string, {header = false} = {}): number[][] {
  const text = readFileSync(new URL(`../data/${name}`, import.meta.url), 'utf8');
  return parse(text, {fromLine: header ? 2 : 1}).map((row) => row.map(Number));
}
