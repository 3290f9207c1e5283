/** @file Draws the ten images, and the loss while they were learned. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import type {Result} from './distillation.js';

export function figureOf({images, losses}: Result): TopLevelSpec {
  const side = Math.sqrt(images[0].length);
  const values = images.flatMap((image, digit) => {
    const largest = Math.max(...image.map(Math.abs));
    return image.map((pixel, i) => ({digit, x: i % side, y: Math.floor(i / side), value: pixel / largest}));
  });
  return {
    spacing: 36,
    hconcat: [
      {
        data: {values},
        facet: {field: 'digit', type: 'ordinal', title: null, header: {labelFontSize: 14}},
        columns: 5,
        spacing: 10,
        spec: {
          width: 96,
          height: 96,
          mark: {type: 'rect'},
          encoding: {
            x: {field: 'x', type: 'ordinal', axis: null},
            y: {field: 'y', type: 'ordinal', axis: null},
            color: {
              field: 'value',
              type: 'quantitative',
              scale: {domain: [-1, 0, 1], range: [COLOURS.orange, 'white', COLOURS.blue]},
              legend: null,
            },
          },
        },
      },
      {
        title: 'Loss on all images',
        width: 260,
        height: 240,
        data: {values: losses.map((loss, i) => ({step: i + 1, loss}))},
        mark: {type: 'line', color: COLOURS.blue},
        encoding: {
          x: {field: 'step', type: 'quantitative', title: 'step on the ten images'},
          y: {field: 'loss', type: 'quantitative', title: 'logistic loss', scale: {zero: false}},
        },
      },
    ],
  };
}
