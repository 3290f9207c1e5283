/** @file Draws the regret of both methods for each degree. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {METHODS, type Outcome} from './decision.js';

export function figureOf(outcomes: Outcome[]): TopLevelSpec {
  const scale = {domain: [...METHODS], range: [COLOURS.blue, COLOURS.orange]};
  const panel = (field: 'regret' | 'error', title: string, format: string) => ({
    width: 300,
    height: 240,
    mark: {type: 'point', filled: true, size: 50, opacity: 0.8} as const,
    encoding: {
      x: {
        field: 'degree',
        type: 'ordinal' as const,
        title: 'degree of the costs',
        axis: {labelAngle: 0},
      },
      xOffset: {field: 'method', type: 'nominal' as const},
      y: {field, type: 'quantitative' as const, title, axis: {format}},
      color: {
        field: 'method',
        type: 'nominal' as const,
        scale,
        legend: {title: null, orient: 'bottom'} as const,
      },
    },
  });
  return {
    data: {values: outcomes},
    spacing: 36,
    hconcat: [
      panel('regret', 'regret on test samples', '.0%'),
      panel('error', 'error of the prediction', '.1f'),
    ],
  };
}
