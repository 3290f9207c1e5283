/** @file The look of the figures of guides, results and benchmarks: colours for light and dark, and how a figure is written. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Config, TopLevelSpec} from 'vega-lite';
import {drawFigure} from '../../examples/support/figure.js';

/** Each colour on light paper, and its twin on dark paper; those of site/.vitepress/theme/style.css. */
const TWINS = {
  paper: ['#fbfbfd', '#17181c'],
  text: ['#16181d', '#f4f4f6'],
  quiet: ['#55585f', '#b8b8c0'],
  grid: ['#e4e5ea', '#2f323a'],
  set: ['#d9e9fa', '#1d3147'],
  level: ['#a9adb8', '#5d626e'],
  blue: ['#0b5fb0', '#6bb0fb'],
  green: ['#24772f', '#6fce7d'],
  gold: ['#8a6100', '#e4b84a'],
  violet: ['#6d3fc0', '#b698ff'],
  pink: ['#a6248f', '#f08fdf'],
  orange: ['#b3541e', '#ff9d66'],
} as const;

/** The colours, by what they are for, as they are on light paper. */
export const COLOURS = Object.fromEntries(
  Object.entries(TWINS).map(([name, [light]]) => [name, light]),
) as Record<keyof typeof TWINS, string>;

const CONFIG: Config = {
  background: COLOURS.paper,
  axis: {
    gridColor: COLOURS.grid,
    domainColor: COLOURS.level,
    tickColor: COLOURS.level,
    labelColor: COLOURS.quiet,
    titleColor: COLOURS.text,
    labelFontSize: 13,
    titleFontSize: 14,
    titleFontWeight: 'normal',
  },
  title: {color: COLOURS.text, fontSize: 14, offset: 8},
  legend: {labelColor: COLOURS.text, titleColor: COLOURS.text, labelFontSize: 14, labelLimit: 400},
  text: {color: COLOURS.text, fontSize: 14},
};

/** Where the reader's colours are dark, each colour of the figure is its twin. */
function withDark(svg: string): string {
  const rules = Object.values(TWINS).flatMap(([light, dark]) =>
    ['fill', 'stroke'].map((name) => `[${name}="${light}"]{${name}:${dark}}`),
  );
  const style = `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`;
  return svg.replace(/<svg[^>]*>/, (start) => start + style);
}

/** The figure as SVG, for light and dark. */
export async function drawThemed(spec: TopLevelSpec): Promise<string> {
  const svg = await drawFigure({background: COLOURS.paper, ...spec, config: CONFIG} as TopLevelSpec);
  return withDark(svg) + '\n';
}

/** Writes the figure, and says where. */
export async function saveThemed(path: string, spec: TopLevelSpec): Promise<void> {
  const svg = await drawThemed(spec);
  mkdirSync(dirname(path), {recursive: true});
  writeFileSync(path, svg);
  console.log(`The figure is in ${path}.`);
}
