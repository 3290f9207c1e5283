/** @file Draws a test run of the load, and the time of a solution over the horizon. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {METHODS, type Result} from './control.js';
import {DT} from './machine.js';

const LINES = {
  waves: COLOURS.grey,
  'before learning': COLOURS.blue,
  'dense network': COLOURS.yellow,
  'learned controller': COLOURS.orange,
  expert: COLOURS.black,
};
const SIZE = {width: 360, height: 260};

export function figureOf({outcomes, times}: Result): TopLevelSpec {
  const line = (who: string, values: number[]) => values.map((value, t) => ({who, value, time: t * DT}));
  const solve = {solution: 'solution', gradient: 'with gradient'} as const;
  const legend = {title: null, orient: 'bottom', columns: 3} as const;
  const colours = (scale: {domain: string[]; range: string[]}) => ({
    field: 'who',
    type: 'nominal' as const,
    scale,
    legend,
  });
  return {
    spacing: 36,
    resolve: {scale: {color: 'independent'}},
    hconcat: [
      {
        ...SIZE,
        title: 'the load, m',
        data: {
          values: [
            ...line('waves', outcomes[0].heights),
            ...METHODS.flatMap((method) =>
              line(method, outcomes.find((outcome) => outcome.method === method)!.loads),
            ),
          ],
        },
        mark: {type: 'line', strokeWidth: 2} as const,
        encoding: {
          x: {field: 'time', type: 'quantitative', title: 'seconds'},
          y: {field: 'value', type: 'quantitative', title: null},
          color: colours({domain: Object.keys(LINES), range: Object.values(LINES)}),
          strokeDash: {
            condition: {test: "datum.who == 'expert'", value: [4, 4]},
            value: [1, 0],
          },
        },
      },
      {
        ...SIZE,
        title: 'time of one problem, ms',
        data: {
          values: times.flatMap((time) =>
            (['solution', 'gradient'] as const).map((what) => ({
              who: solve[what],
              horizon: time.horizon,
              value: time[what],
            })),
          ),
        },
        mark: {type: 'line', strokeWidth: 2, point: true} as const,
        encoding: {
          x: {field: 'horizon', type: 'quantitative', title: 'steps of the horizon'},
          y: {field: 'value', type: 'quantitative', title: null},
          color: colours({domain: Object.values(solve), range: [COLOURS.green, COLOURS.pink]}),
        },
      },
    ],
  };
}
