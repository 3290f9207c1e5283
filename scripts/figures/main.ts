/** @file Draws the figures: those of guides, computed by the library, and plots of the project's own tables. A name as argument draws only that one. */
import {readdirSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import type {TopLevelSpec} from 'vega-lite';
import {saveThemed} from './look.js';

interface FigureModule {
  figure: () => TopLevelSpec | Promise<TopLevelSpec>;
}

await tf.setBackend('cpu');
const [only] = process.argv.slice(2);
for (const folder of ['guides', 'plots']) {
  const names = readdirSync(new URL(folder, import.meta.url)).map((file) => file.replace(/\.ts$/, ''));
  for (const name of names.filter((name) => !only || name === only)) {
    const {figure} = (await import(new URL(`${folder}/${name}.ts`, import.meta.url).href)) as FigureModule;
    await saveThemed(`docs/images/${folder}/${name}.svg`, await figure());
  }
}
