/** @file Draws the paths through the first world; discs as they are at the start. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {METHODS, type Result} from './safety-filter.js';

export function figureOf({runs, world}: Result): TopLevelSpec {
  const first = METHODS.map((method) => runs.find((each) => each.method === method)!);
  const paths = first.flatMap(({method, path}) => path.map(([x, y], i) => ({method, x, y, i})));
  const size = 420;
  const position = (field: 'x' | 'y') => ({
    field,
    type: 'quantitative' as const,
    title: null,
    scale: {domain: [0, 4]},
  });
  const ends = [
    {x: world.dot[0], y: world.dot[1], text: 'start'},
    {x: world.goal[0], y: world.goal[1], text: 'goal'},
  ];
  return {
    width: size,
    height: size,
    layer: [
      {
        data: {
          values: world.discs.flatMap(({centre: [x, y], radius, velocity}, disc) =>
            Array.from({length: 41}, (_, k) => ({
              disc,
              i: k,
              up: velocity[1],
              x: x + radius * Math.cos((2 * Math.PI * k) / 40),
              y: y + radius * Math.sin((2 * Math.PI * k) / 40),
            })),
          ),
        },
        mark: {type: 'line', color: COLOURS.black, strokeWidth: 1} as const,
        encoding: {
          x: position('x'),
          y: position('y'),
          detail: {field: 'disc', type: 'nominal'},
          order: {field: 'i', type: 'quantitative'},
        },
      },
      {
        data: {values: paths},
        mark: {type: 'line', strokeWidth: 2} as const,
        encoding: {
          x: position('x'),
          y: position('y'),
          order: {field: 'i', type: 'quantitative'},
          color: {
            field: 'method',
            type: 'nominal',
            scale: {domain: [...METHODS], range: [COLOURS.grey, COLOURS.orange, COLOURS.blue]},
            legend: {title: null, orient: 'bottom'},
          },
        },
      },
      {
        data: {values: ends},
        mark: {type: 'text', dy: -10, fontWeight: 'bold'} as const,
        encoding: {x: position('x'), y: position('y'), text: {field: 'text'}},
      },
    ],
  };
}
