/** @file Two packings with the sensitivities as arrows; below, both derivatives over the number of steps. */
import type {TopLevelSpec} from 'vega-lite';
import {COLOURS} from '../support/figure.js';
import type {Packed, Result} from './dynamics.js';

/** The longest arrow, in diameters of a large disc. */
const LONGEST = 1.5;
const WIDTH = 380;

export function figureOf({packed, theta}: Result): TopLevelSpec {
  const shown = packed.filter(({reference}) => reference !== null);
  return {
    spacing: 30,
    vconcat: [
      {spacing: 30, hconcat: shown.map((one) => discsOf(one, theta))},
      {spacing: 30, hconcat: shown.map(curvesOf)},
    ],
    resolve: {scale: {color: 'independent'}},
  };
}

/** The discs in their square, and where each moves when the small ones grow. */
function discsOf({name, side, x, dx, size, loose}: Packed, theta: number) {
  const wrapped = (value: number) => value - side * Math.floor(value / side);
  const k = x.length / 2;
  const lengths = Array.from({length: k}, (_, i) => Math.hypot(dx[2 * i], dx[2 * i + 1]));
  const scale = LONGEST / Math.max(...lengths);
  const discs = Array.from({length: k}, (_, i) => {
    const [left, bottom] = [wrapped(x[2 * i]), wrapped(x[2 * i + 1])];
    const [right, top] = [left + scale * dx[2 * i], bottom + scale * dx[2 * i + 1]];
    const kind = loose[i] ? 'touches no other' : i < k / 2 ? 'large' : 'small';
    const radius = (i < k / 2 ? 1 : theta) / 2;
    const angle = 90 - (Math.atan2(top - bottom, right - left) * 180) / Math.PI;
    return {i, left, bottom, right, top, kind, radius, angle, length: lengths[i]};
  });
  const rims = discs.flatMap(({i, left, bottom, radius, kind}) =>
    Array.from({length: 33}, (_, corner) => ({
      i,
      corner,
      kind,
      x: left + radius * Math.cos((2 * Math.PI * corner) / 32),
      y: bottom + radius * Math.sin((2 * Math.PI * corner) / 32),
    })),
  );
  const at = (field: string) => ({
    field,
    type: 'quantitative' as const,
    title: null,
    axis: null,
    scale: {domain: [-0.5, side + 0.5], nice: false},
  });
  const arrows = discs.filter(({length}) => length > 0.02 * Math.max(...lengths));
  return {
    title: `${k} discs (${name}): ∂x*/∂θ, ‖∂x*‖ = ${size.toFixed(4)}`,
    width: WIDTH,
    height: WIDTH,
    layer: [
      {
        data: {values: rims},
        mark: {type: 'line', strokeWidth: 1} as const,
        encoding: {
          x: at('x'),
          y: at('y'),
          detail: {field: 'i', type: 'nominal' as const},
          order: {field: 'corner', type: 'quantitative' as const},
          color: {
            field: 'kind',
            type: 'nominal' as const,
            scale: {
              domain: ['large', 'small', 'touches no other'],
              range: [COLOURS.grey, COLOURS.sky, COLOURS.pink],
            },
            legend: {title: null, orient: 'bottom' as const, symbolType: 'circle' as const},
          },
        },
      },
      {
        data: {values: arrows},
        mark: {type: 'rule', color: COLOURS.black, strokeWidth: 1.4} as const,
        encoding: {x: at('left'), y: at('bottom'), x2: {field: 'right'}, y2: {field: 'top'}},
      },
      {
        data: {values: arrows},
        mark: {type: 'point', shape: 'triangle', filled: true, size: 28, color: COLOURS.black} as const,
        encoding: {
          x: at('right'),
          y: at('top'),
          angle: {field: 'angle', type: 'quantitative' as const, scale: null},
          opacity: {value: 1},
        },
      },
    ],
  };
}

const IMPLICIT = 'implicit, after t steps';
const UNROLLED = 'unrolled: of the t steps';
const REST = 'reference, at rest (f64)';

/** The sizes of both derivatives, and of the reference. */
function curvesOf({stopped, reference}: Packed) {
  const values = stopped.flatMap(({steps, implicit, unrolled}) => [
    {steps, size: implicit.size, series: IMPLICIT},
    {steps, size: unrolled.size, series: UNROLLED},
  ]);
  const ends = [stopped[0].steps, stopped[stopped.length - 1].steps];
  const level = ends.map((steps) => ({steps, size: reference!, series: REST}));
  return {
    width: WIDTH,
    height: 240,
    data: {values: [...level, ...values]},
    mark: {type: 'line', point: {size: 24}} as const,
    encoding: {
      x: {
        field: 'steps',
        type: 'quantitative' as const,
        title: 'steps t of FIRE',
        scale: {type: 'log' as const, domain: ends, nice: false},
        axis: {values: [10, 20, 50, 100, 200, 500, 1000], format: 'd'},
      },
      y: {
        field: 'size',
        type: 'quantitative' as const,
        title: '‖∂x/∂θ‖',
        scale: {type: 'log' as const},
        axis: {values: [1, 10, 100, 1000, 10000], format: '~s'},
      },
      color: {
        field: 'series',
        type: 'nominal' as const,
        scale: {domain: [REST, IMPLICIT, UNROLLED], range: [COLOURS.grey, COLOURS.blue, COLOURS.orange]},
        legend: {
          title: null,
          orient: 'bottom' as const,
          columns: 1,
          labelLimit: 320,
          symbolType: 'stroke' as const,
        },
      },
    },
  };
}
