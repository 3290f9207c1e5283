/** @file Draws what each method has learned of one wave, and the errors of all seeds. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {METHODS, type Result} from './imaml.js';

export function figureOf({outcomes, curves, points}: Result): TopLevelSpec {
  const color = {
    field: 'method',
    type: 'nominal' as const,
    scale: {
      domain: [...METHODS],
      range: [COLOURS.grey, COLOURS.sky, COLOURS.green, COLOURS.blue, COLOURS.orange],
    },
    legend: {title: null, orient: 'bottom'} as const,
  };
  const x = {field: 'x', type: 'quantitative' as const, title: null};
  const y = {field: 'y', type: 'quantitative' as const, title: null};
  return {
    spacing: 36,
    hconcat: [
      {
        title: 'a new wave, learned from ten points',
        width: 380,
        height: 260,
        layer: [
          {
            data: {
              values: curves.flatMap((curve) =>
                curve.x.map((at, i) => ({method: curve.method, x: at, y: curve.y[i]})),
              ),
            },
            mark: {type: 'line', strokeWidth: 2},
            encoding: {x, y, color},
          },
          {
            data: {values: points},
            mark: {type: 'point', filled: true, color: COLOURS.black, size: 50},
            encoding: {x, y},
          },
        ],
      },
      {
        title: 'errors on new waves, by seed',
        data: {values: outcomes},
        width: 240,
        height: 260,
        mark: {type: 'point', filled: true, size: 50, opacity: 0.8},
        encoding: {
          x: {field: 'method', type: 'nominal', sort: [...METHODS], title: null, axis: {labelAngle: -30}},
          y: {field: 'error', type: 'quantitative', title: 'mean squared error'},
          color,
        },
      },
    ],
  };
}
