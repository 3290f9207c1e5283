/** @file Draws the accuracy over the length of the sequences, and the share of tokens that are attended to. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {LENGTHS, type Result} from './attention.js';
import {METHODS} from './model.js';

export function figureOf({outcomes}: Result): TopLevelSpec {
  const panel = (field: 'accuracy' | 'attended', title: string) => {
    const x = {
      field: 'length',
      type: 'quantitative' as const,
      title: 'tokens of a test sequence, up to (trained on up to 12)',
      scale: {type: 'log' as const, domain: [LENGTHS[0], LENGTHS[LENGTHS.length - 1]]},
      axis: {values: LENGTHS},
    };
    const color = {
      field: 'method',
      type: 'nominal' as const,
      scale: {domain: [...METHODS], range: [COLOURS.grey, COLOURS.blue, COLOURS.orange]},
      legend: {title: null, orient: 'bottom'} as const,
    };
    const y = {title, type: 'quantitative' as const, axis: {format: '.0%'}};
    return {
      width: 330,
      height: 240,
      layer: [
        {
          mark: {type: 'line', strokeWidth: 2} as const,
          encoding: {x, y: {...y, field, aggregate: 'mean' as const}, color},
        },
        {
          mark: {type: 'point', size: 20, opacity: 0.6} as const,
          encoding: {x, y: {...y, field}, color},
        },
      ],
    };
  };
  return {
    data: {values: outcomes.filter(({task}) => task === 'find')},
    spacing: 36,
    hconcat: [
      panel('accuracy', 'accuracy on test sequences'),
      panel('attended', 'tokens with a weight above zero'),
    ],
  };
}
