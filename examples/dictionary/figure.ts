/** @file Draws the AUC of each model on each task, with intervals. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {meanOf} from '../support/metrics.js';
import type {Result} from './dictionary.js';
import {MODELS} from './models.js';

export function figureOf({results}: Result): TopLevelSpec {
  const values = results.flatMap(({task, scores}) =>
    scores.map(({model, aucs}) => {
      const {mean, margin} = meanOf(aucs);
      return {task, model, mean: 100 * mean, low: 100 * (mean - margin), high: 100 * (mean + margin)};
    }),
  );
  const y = {field: 'model', type: 'nominal' as const, title: null, sort: [...MODELS]};
  const colour = {
    field: 'model',
    type: 'nominal' as const,
    scale: {domain: [...MODELS], range: [COLOURS.sky, COLOURS.blue, COLOURS.orange, COLOURS.green]},
    legend: null,
  };
  return {
    data: {values},
    facet: {column: {field: 'task', type: 'nominal', title: null, sort: results.map(({task}) => task)}},
    resolve: {scale: {x: 'independent'}},
    spec: {
      width: 280,
      height: 140,
      layer: [
        {
          mark: {type: 'rule', strokeWidth: 2},
          encoding: {
            y,
            x: {field: 'low', type: 'quantitative', title: 'AUC, %', scale: {zero: false}},
            x2: {field: 'high'},
            color: colour,
          },
        },
        {
          mark: {type: 'point', filled: true, size: 80},
          encoding: {y, x: {field: 'mean', type: 'quantitative', scale: {zero: false}}, color: colour},
        },
      ],
    },
  };
}
