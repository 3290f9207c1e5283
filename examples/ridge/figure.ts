/** @file The figure: Jacobian errors against iterate errors, one panel for each θ. */
import type {TopLevelSpec} from 'vega-lite';
import type {Path, Result} from './ridge.js';

const SERIES = {
  bound: {label: 'the theorem’s bound, ‖xₜ − x*‖ / α', colour: '#b8bec6', dash: [1, 0]},
  implicit: {label: 'implicit differentiation at xₜ', colour: '#0072b2', dash: [1, 0]},
  unrolled: {label: 'unrolled differentiation of t steps', colour: '#d55e00', dash: [1, 0]},
  single: {label: 'implicit differentiation with float32 tensors', colour: '#56b4e9', dash: [1, 0]},
};

type Series = keyof typeof SERIES;

const labelsOf = (...names: Series[]) => names.map((name) => SERIES[name].label);

/** A panel for each θ: in doubles, and with float32 tensors. */
export function figureOf(paths: Result): TopLevelSpec {
  return {
    spacing: 36,
    hconcat: paths.map(panel),
    resolve: {scale: {color: 'shared', strokeDash: 'shared'}},
  };
}

/** Rounding alone lies below this; the axes end there. */
const LEAST = 1e-12;

/** One θ. The line of the bound is wide, so that points on it remain visible. */
function panel({doubles: {theta, errors}, singles}: {doubles: Path; singles: Path}) {
  const rowsOf = (series: Series, list: readonly {t: number; iterate: number; error: number}[]) =>
    list.map((entry) => ({series: SERIES[series].label, ...entry}));
  const named = (name: 'bound' | 'implicit' | 'unrolled') =>
    rowsOf(
      name,
      errors.map(({t, iterate, [name]: error}) => ({t, iterate, error})),
    );
  const single = singles.errors.map(({t, iterate, implicit}) => ({t, iterate, error: implicit}));
  const values = [
    ...named('bound'),
    ...named('implicit'),
    ...named('unrolled'),
    ...rowsOf('single', single),
  ].filter(({iterate, error}) => iterate > LEAST && error > LEAST);
  const axisOf = (name: 'iterate' | 'error', title: string) => {
    const decades = decadesOf(values.map((value) => value[name]));
    return {
      field: name,
      type: 'quantitative' as const,
      title,
      scale: {type: 'log' as const, domain: [decades[0], decades[decades.length - 1]]},
      axis: {values: decades, format: '.0e', labelOverlap: true},
    };
  };
  const all = Object.values(SERIES);
  const domain = all.map(({label}) => label);
  const legend = {title: null, orient: 'bottom', columns: 2, labelLimit: 400, symbolType: 'stroke'} as const;
  const marks = [
    {names: labelsOf('bound'), mark: {type: 'line', strokeWidth: 6} as const},
    {names: labelsOf('single'), mark: {type: 'line', strokeWidth: 3} as const},
    {
      names: labelsOf('unrolled', 'implicit'),
      mark: {type: 'line', strokeWidth: 1.5, point: {size: 28}} as const,
    },
  ];
  return {
    title: `θ = ${theta}`,
    width: 330,
    height: 300,
    data: {values},
    encoding: {
      x: axisOf('iterate', 'iterate error ‖xₜ − x*‖'),
      y: axisOf('error', 'Jacobian error'),
      color: {
        field: 'series',
        type: 'nominal' as const,
        scale: {domain, range: all.map(({colour}) => colour)},
        legend: {...legend, symbolStrokeWidth: 3},
      },
      strokeDash: {
        field: 'series',
        type: 'nominal' as const,
        scale: {domain, range: all.map(({dash}) => dash)},
        legend,
      },
      order: {field: 't', type: 'quantitative' as const},
    },
    layer: marks.map(({names, mark}) => ({transform: [{filter: {field: 'series', oneOf: names}}], mark})),
  };
}

/** The powers of ten around the values. */
function decadesOf(values: readonly number[]): number[] {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.ceil(Math.log10(Math.max(...values)));
  return Array.from({length: high - low + 1}, (_, i) => Number(`1e${low + i}`));
}
