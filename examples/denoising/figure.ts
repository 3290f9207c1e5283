/** @file Draws a signal of each kind: with noise, and denoised in two ways. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import type {Result} from './denoising.js';

const LINES = {
  clean: {label: 'signal', colour: COLOURS.black},
  byHand: {label: 'total variation', colour: COLOURS.blue},
  learned: {label: 'learned D', colour: COLOURS.orange},
};

export function figureOf({examples}: Result): TopLevelSpec {
  const names = Object.keys(LINES) as (keyof typeof LINES)[];
  const panels = examples.map((example) => {
    const values = names.flatMap((name) =>
      example[name].map((value, i) => ({i, value, line: LINES[name].label})),
    );
    const x = {field: 'i', type: 'quantitative', title: null} as const;
    const y = {field: 'value', type: 'quantitative', title: null} as const;
    return {
      title: example.kind,
      width: 330,
      height: 220,
      layer: [
        {
          data: {values: example.noisy.map((value, i) => ({i, value}))},
          mark: {type: 'point', color: COLOURS.grey, size: 24, filled: true} as const,
          encoding: {x, y},
        },
        {
          data: {values},
          mark: {type: 'line', strokeWidth: 2} as const,
          encoding: {
            x,
            y,
            color: {
              field: 'line',
              type: 'nominal' as const,
              scale: {
                domain: names.map((name) => LINES[name].label),
                range: names.map((name) => LINES[name].colour),
              },
              legend: {title: null, orient: 'bottom'} as const,
            },
          },
        },
      ],
    };
  });
  return {spacing: 36, hconcat: panels};
}
