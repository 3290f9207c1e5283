/** @file Draws the accuracy of each method and seed, on new classes and on those of training. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {LIGHTS} from './episodes.js';
import {METHODS, type Outcome} from './few-shot.js';

export function figureOf(outcomes: Outcome[]): TopLevelSpec {
  const values = outcomes.flatMap(({light, method, accuracy, known}) => [
    {light, method, classes: 'new classes', accuracy},
    {light, method, classes: 'classes of training', accuracy: known},
  ]);
  return {
    data: {values},
    width: 300,
    height: 260,
    mark: {type: 'point', filled: true, size: 50, opacity: 0.8},
    encoding: {
      column: {field: 'light', type: 'nominal', sort: [...LIGHTS], title: null},
      y: {field: 'method', type: 'nominal', sort: [...METHODS], title: null, axis: {labelLimit: 240}},
      yOffset: {field: 'classes', type: 'nominal'},
      x: {
        field: 'accuracy',
        type: 'quantitative',
        title: 'accuracy on test episodes',
        scale: {zero: false},
        axis: {format: '.0%'},
      },
      color: {
        field: 'classes',
        type: 'nominal',
        scale: {domain: ['new classes', 'classes of training'], range: [COLOURS.orange, COLOURS.grey]},
        legend: {title: null, orient: 'bottom'},
      },
    },
  };
}
