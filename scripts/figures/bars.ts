/** @file Grouped horizontal bars on a logarithmic axis: times of several codes for several problems, with the numbers. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from './look.js';

export interface Bar {
  problem: string;
  code: string;
  value: number;
}

/** The colours of codes, the first is ours. */
const SHADES = [COLOURS.blue, COLOURS.orange, COLOURS.gold, COLOURS.green, COLOURS.violet];

/** @param unit What the axis counts. Bars begin at `from`, which is no zero: compare their ends. */
export function bars(title: string, unit: string, values: Bar[], from: number): TopLevelSpec {
  const codes = [...new Set(values.map(({code}) => code))];
  const problems = [...new Set(values.map(({problem}) => problem))];
  const most = Math.max(...values.map(({value}) => value));
  const position = {
    y: {field: 'problem', type: 'nominal', sort: problems, title: null, axis: {labelLimit: 500, labelFontSize: 14}}, // prettier-ignore
    yOffset: {field: 'code', sort: codes},
    x: {
      field: 'value',
      type: 'quantitative',
      title: unit,
      scale: {type: 'log', domain: [from, most * 2.4], nice: false},
      axis: {format: '~g', tickCount: 4},
    },
  };
  return {
    title: {text: title, anchor: 'start', frame: 'group'},
    width: 330,
    height: {step: codes.length > 3 ? 15 : 18},
    data: {
      values: values.map((bar) => ({
        ...bar,
        from,
        label: bar.value < 1e-3 ? bar.value.toExponential(2) : String(bar.value),
      })),
    },
    layer: [
      {
        mark: {type: 'bar'},
        encoding: {
          ...position,
          x2: {datum: from},
          color: {
            field: 'code',
            type: 'nominal',
            scale: {domain: codes, range: SHADES.slice(0, codes.length)},
            legend: {title: null, orient: 'bottom', columns: 2},
          },
        },
      },
      {
        mark: {type: 'text', align: 'left', dx: 4, fontSize: 12},
        encoding: {...position, text: {field: 'label'}},
      },
    ],
  } as unknown as TopLevelSpec;
}
