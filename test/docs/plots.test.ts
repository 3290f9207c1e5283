/** @file The plots of the documentation show what the tables say that they are drawn from. */
import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {assert} from 'chai';
import type {TopLevelSpec} from 'vega-lite';
import {drawThemed} from '../../scripts/figures/look.js';

const root = new URL('../../', import.meta.url);
const plots = readdirSync(new URL('scripts/figures/plots', root)).map((file) => file.replace(/\.ts$/, ''));

describe('plots', () => {
  for (const name of plots) {
    it(`${name}.svg is that of today's tables (npm run figures)`, async () => {
      const path = fileURLToPath(new URL(`scripts/figures/plots/${name}.ts`, root));
      const {figure} = (await import(path)) as {figure: () => TopLevelSpec};
      const committed = readFileSync(new URL(`docs/images/plots/${name}.svg`, root), 'utf8');
      assert.isTrue((await drawThemed(figure())) === committed, 'run npm run figures');
    });
  }
});
