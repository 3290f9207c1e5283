/** @file Draws the steps of the solver and the accuracy after each epoch. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import type {Outcome} from './deq.js';
import {METHODS} from './model.js';

export function figureOf(outcomes: Outcome[]): TopLevelSpec {
  const values = outcomes.flatMap(({method, seed, history}) =>
    history.map(({accuracy, ...rest}) => ({method, seed, accuracy: 100 * accuracy, ...rest})),
  );
  const panel = (field: string, title: string, filter?: string) => ({
    width: 330,
    height: 240,
    transform: filter ? [{filter}] : [],
    mark: {type: 'line', strokeWidth: 1.5} as const,
    encoding: {
      x: {field: 'epoch', type: 'quantitative' as const, title: 'epoch'},
      y: {field, type: 'quantitative' as const, title, scale: {zero: false}},
      detail: {field: 'seed', type: 'nominal' as const},
      color: {
        field: 'method',
        type: 'nominal' as const,
        scale: {
          domain: [...METHODS],
          range: [COLOURS.orange, COLOURS.blue, COLOURS.green, COLOURS.grey],
        },
        legend: {title: null, orient: 'bottom', columns: 2, labelLimit: 240} as const,
      },
    },
  });
  return {
    data: {values},
    spacing: 36,
    hconcat: [
      panel('iterations', 'steps of the solver, mean over test images', "datum.method != 'one tanh layer'"),
      panel('accuracy', 'accuracy on test images, %'),
    ],
  };
}
