/** @file Draws each frame of the animation: the time since the frame before, and the filter's share of it. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../../examples/support/figure.js';
import {FRAME, type Frame} from './frames.js';

const KINDS = [
  'from frame to frame, by the clock',
  'the filter, by the clock',
  'the filter, of the processor',
];

export function figureOf(frames: readonly Frame[]): TopLevelSpec {
  const values = frames.flatMap(({gap, filter}, frame) =>
    [gap, filter.clock, filter.processor].map((ms, kind) => ({
      frame,
      ms: Number(ms.toFixed(3)),
      kind: KINDS[kind],
    })),
  );
  return {
    width: 560,
    height: 300,
    layer: [
      {
        data: {values},
        mark: {type: 'line', strokeWidth: 1} as const,
        encoding: {
          x: {field: 'frame', type: 'quantitative', scale: {domain: [0, frames.length], nice: false}},
          y: {
            field: 'ms',
            type: 'quantitative',
            title: 'milliseconds',
            scale: {type: 'log'},
            axis: {values: [0.01, 0.1, 1, 10, 100], format: '~r'},
          },
          color: {
            field: 'kind',
            type: 'nominal',
            scale: {domain: KINDS, range: [COLOURS.grey, COLOURS.sky, COLOURS.blue]},
            legend: {title: null, orient: 'bottom'},
          },
        },
      },
      {
        data: {values: [{ms: FRAME}]},
        mark: {type: 'rule', strokeDash: [4, 4], color: COLOURS.black} as const,
        encoding: {y: {field: 'ms', type: 'quantitative'}},
      },
    ],
  };
}
