/** @file Draws a test day: the price, and three plans of battery, heat pump and room. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import {HOURS} from './days.js';
import type {Result} from './energy.js';

const LINES = [
  {who: 'prices alone', label: 'prices alone', colour: COLOURS.grey, dash: [1, 0]},
  {who: 'operator', label: 'operator', colour: COLOURS.black, dash: [1, 0]},
  {who: 'before learning', label: 'before learning', colour: COLOURS.blue, dash: [1, 0]},
  {
    who: 'learned from measured decisions',
    label: 'learned',
    colour: COLOURS.orange,
    dash: [5, 4],
  },
];
const HOUR = {
  field: 'hour',
  type: 'quantitative' as const,
  title: null,
  scale: {domain: [0, 24], nice: false},
  axis: {values: [0, 6, 12, 18, 24], labelExpr: "datum.value + ':00'"},
};
const SIZE = {width: 340, height: 150};

export function figureOf({example: {forecast, plans}}: Result): TopLevelSpec {
  const points = (values: number[]) => values.map((value, step) => ({hour: (step + 0.5) * HOURS, value}));
  const panel = (title: string, variable: 'stored' | 'heating' | 'room') => ({
    ...SIZE,
    title,
    data: {
      values: LINES.flatMap(({who, label}) =>
        points(plans.find((plan) => plan.who === who)!.of[variable]).map((point) => ({...point, label})),
      ),
    },
    mark: {type: 'line', strokeWidth: 2} as const,
    encoding: {
      x: HOUR,
      y: {field: 'value', type: 'quantitative' as const, title: null, scale: {zero: false}},
      color: {
        field: 'label',
        type: 'nominal' as const,
        scale: {domain: LINES.map(({label}) => label), range: LINES.map(({colour}) => colour)},
        legend: {title: null, orient: 'bottom'} as const,
      },
      strokeDash: {
        field: 'label',
        type: 'nominal' as const,
        scale: {domain: LINES.map(({label}) => label), range: LINES.map(({dash}) => dash)},
        legend: {title: null, orient: 'bottom'} as const,
      },
    },
  });
  const price = {
    ...SIZE,
    title: 'price, € per kWh',
    data: {values: points(forecast.price)},
    mark: {type: 'line', interpolate: 'step', strokeWidth: 2, color: COLOURS.green} as const,
    encoding: {
      x: HOUR,
      y: {field: 'value', type: 'quantitative' as const, title: null, scale: {zero: false}},
    },
  };
  return {
    columns: 2,
    spacing: 30,
    concat: [
      price,
      panel('in the battery, kWh', 'stored'),
      panel('heat pump, kW', 'heating'),
      panel('room, °C', 'room'),
    ],
  };
}
