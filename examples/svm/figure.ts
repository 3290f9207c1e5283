/** @file Draws the time of a hyper-gradient over the number of features, and the choice of λ. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {quantileOf} from '../support/metrics.js';
import type {Choice, Result, Timing} from './svm.js';

const NAMES: Record<string, {label: string; colour: string}> = {
  'mirror descent, mirror descent': {label: 'mirror descent', colour: COLOURS.blue},
  'projected gradient, projected gradient': {label: 'projected gradient', colour: COLOURS.orange},
  'coordinate descent, mirror descent': {
    label: 'coordinate descent, fixed point of mirror descent',
    colour: COLOURS.green,
  },
  'coordinate descent, projected gradient': {
    label: 'coordinate descent, fixed point of projected gradient',
    colour: COLOURS.pink,
  },
};

export function labelOf({solver, fixedPoint}: Timing['method']): string {
  return NAMES[`${solver}, ${fixedPoint}`].label;
}

/** Two panels: times, and the outer descent beside the best λ of the references. */
export function figureOf({timings, choices}: Result, best: Choice | null): TopLevelSpec {
  const values = timings.map(({features, method, mode, milliseconds}) => ({
    features,
    solver: labelOf(method),
    mode,
    time: quantileOf(milliseconds, 0.5) / 1000,
    least: Math.min(...milliseconds) / 1000,
    most: Math.max(...milliseconds) / 1000,
  }));
  const all = Object.values(NAMES);
  const colour = {
    field: 'solver',
    type: 'nominal' as const,
    title: 'solver',
    scale: {domain: all.map(({label}) => label), range: all.map((entry) => entry.colour)},
    legend: {orient: 'bottom' as const, direction: 'vertical' as const, labelLimit: 0},
  };
  const features = {
    field: 'features',
    type: 'quantitative' as const,
    title: 'features',
    scale: {type: 'log' as const},
    axis: {values: [...new Set(timings.map((timing) => timing.features))], format: ',d'},
  };
  const time = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: 'seconds for one hyper-gradient',
    scale: {type: 'log' as const},
  });
  const descent = choices.map(({lambda, loss}, step) => ({lambda, loss, step}));
  return {
    spacing: 48,
    hconcat: [
      {
        title: 'Implicit and unrolled',
        width: 340,
        height: 300,
        data: {values},
        layer: [
          {
            mark: {type: 'line', point: {size: 40}},
            encoding: {
              x: features,
              y: time('time'),
              color: colour,
              strokeDash: {
                field: 'mode',
                type: 'nominal',
                title: 'derivative',
                scale: {
                  domain: ['implicit', 'unrolled'],
                  range: [
                    [1, 0],
                    [5, 4],
                  ],
                },
                legend: {
                  orient: 'bottom',
                  direction: 'vertical',
                  symbolType: 'stroke',
                  symbolSize: 400,
                  symbolFillColor: 'transparent',
                  symbolStrokeColor: COLOURS.black,
                },
              },
            },
          },
          {
            mark: {type: 'rule', strokeWidth: 3, opacity: 0.4},
            encoding: {
              x: features,
              y: time('least'),
              y2: {field: 'most'},
              color: colour,
              detail: {field: 'mode'},
            },
          },
        ],
      },
      {
        title: 'Choosing λ = log θ',
        width: 300,
        height: 300,
        layer: [
          {
            data: {values: descent},
            mark: {
              type: 'line',
              color: COLOURS.grey,
              strokeWidth: 1,
              point: {color: COLOURS.orange, size: 40},
            },
            encoding: {
              x: {field: 'lambda', type: 'quantitative', title: 'λ', scale: {zero: false}},
              y: {
                field: 'loss',
                type: 'quantitative',
                title: 'validation loss',
                scale: {type: 'log', nice: false, padding: 10},
              },
              order: {field: 'step'},
            },
          },
          {
            data: {values: best ? [best] : []},
            mark: {type: 'point', shape: 'cross', filled: true, size: 150, color: COLOURS.black},
            encoding: {
              x: {field: 'lambda', type: 'quantitative'},
              y: {field: 'loss', type: 'quantitative'},
            },
          },
        ],
      },
    ],
  };
}
