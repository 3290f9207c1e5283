/** @file Writes a figure to a file. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import type {TopLevelSpec} from 'vega-lite';
import {drawFigure} from './figure.js';

/** Writes the figure as SVG, and says where. */
export async function saveFigure(path: string, spec: TopLevelSpec): Promise<void> {
  const svg = await drawFigure(spec);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, svg);
  console.log(`The figure is in ${path}.`);
}
