/** @file What the layers reach at work, next to what they are compared with, of docs/results.md. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../look.js';
import {numberOf, tableOf} from '../tables.js';

/** Rows of the table: how the figure begins, a title, which way is better, and the name of our bar. */
const SHOWN = [
  {row: 'ramps: mean squared error', title: 'Denoising ramps: error (less is better)', ours: 'learned layer'},
  {row: 'sine waves from ten', title: 'Sine waves from ten points: error (less)', ours: 'iMAML'},
  {row: 'a scale for each list', title: "Ranking: Spearman's correlation (more)", ours: 'soft ranks'},
  {row: 'one scale', title: 'Ranking on one scale (more)', ours: 'soft ranks'},
  {row: 'degree 8', title: 'Decisions: regret in % (less)', ours: 'decision-focused'},
  {row: 'distance of the load', title: 'Control: distance in m (less)', ours: 'learned controller'},
];

/** "name 3.85 ± 0.16; another 3.20 ± 0.11" as names and numbers. */
function compared(text: string): {name: string; value: number}[] {
  return text.split(/; /).flatMap((part) => {
    const found = /^(.+?) (\d[\d.]*)( |$)/.exec(part);
    return found
      ? [
          {
            name: found[1].replace(/, by hand$/, ' (by hand)').replace(/^of /, 'regression of '),
            value: Number(found[2]),
          },
        ]
      : [];
  });
}

export function figure(): TopLevelSpec {
  const {rows} = tableOf('docs/results.md', 'example', 'figure', 'result', 'compared with');
  const panels = SHOWN.map(({row, title, ours}) => {
    const found = rows.find(([, figure]) => figure.startsWith(row));
    if (!found) throw new Error(`docs/results.md has no row "${row}".`);
    const values = [
      {name: ours, value: numberOf(found[2])!, isOurs: true},
      ...compared(found[3]).map((other) => ({...other, isOurs: false})),
    ];
    const position = {
      y: {
        field: 'name',
        type: 'nominal',
        sort: null,
        title: null,
        axis: {labelLimit: 500, labelFontSize: 14},
      },
      x: {field: 'value', type: 'quantitative', axis: null, scale: {domain: [0, 1.25 * Math.max(...values.map(({value}) => value))]}}, // prettier-ignore
    };
    return {
      title: {text: title, anchor: 'start', frame: 'group'},
      width: 300,
      height: {step: 22},
      data: {values: values.map((bar) => ({...bar, label: String(bar.value)}))},
      layer: [
        {
          mark: {type: 'bar'},
          encoding: {
            ...position,
            color: {condition: {test: 'datum.isOurs', value: COLOURS.blue}, value: COLOURS.level},
          },
        },
        {mark: {type: 'text', align: 'left', dx: 4}, encoding: {...position, text: {field: 'label'}}},
      ],
    };
  });
  return {spacing: 18, vconcat: panels, resolve: {scale: {x: 'independent', y: 'independent'}}} as unknown as TopLevelSpec; // prettier-ignore
}
