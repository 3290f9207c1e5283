/** @file Draws the correlation of each method and seed, for both tasks. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {TASKS} from './lists.js';
import {METHODS, type Outcome} from './ranking.js';

export function figureOf(outcomes: Outcome[]): TopLevelSpec {
  return {
    data: {values: outcomes},
    width: 420,
    height: 240,
    mark: {type: 'point', filled: true, size: 50, opacity: 0.8},
    encoding: {
      x: {field: 'task', type: 'nominal', title: null, sort: [...TASKS], axis: {labelAngle: 0}},
      xOffset: {field: 'method', type: 'nominal', sort: [...METHODS]},
      y: {
        field: 'spearman',
        type: 'quantitative',
        title: 'Spearman’s correlation on test lists',
        scale: {zero: false},
      },
      color: {
        field: 'method',
        type: 'nominal',
        scale: {domain: [...METHODS], range: [COLOURS.grey, COLOURS.blue, COLOURS.orange]},
        legend: {title: null, orient: 'bottom'},
      },
    },
  };
}
