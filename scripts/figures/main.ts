/** @file Draws the figures of the guides, each computed by the library, into docs/images/guides. A name as argument draws only that one. */
import {readdirSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {saveThemed} from './look.js';

interface FigureModule {
  figure: () => TopLevelSpec | Promise<TopLevelSpec>;
}

await tf.setBackend('cpu');
const folder = new URL('guides/', import.meta.url);
const names = readdirSync(folder).map((file) => file.replace(/\.ts$/, ''));
const [only] = process.argv.slice(2);
for (const name of names.filter((name) => !only || name === only)) {
  const {figure} = (await import(new URL(`${name}.ts`, folder).href)) as FigureModule;
  await saveThemed(`docs/images/guides/${name}.svg`, await figure());
}
