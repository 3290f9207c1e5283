/**
 * @file Draws docs/images/degeneracy.svg: the derivative of min ½x² + px, x ≤ 1 around its kink p = −1, a policy each.
 *
 * x(p) = min(−p, 1). At p = −1 the multiplier and the slack of x ≤ 1 are both zero.
 */
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {parse, View} from 'vega';
import {compile, type TopLevelSpec} from 'vega-lite';
import {solveQP, type SolveQPOptions} from '../../src/index.js';

const OUT = 'docs/images/degeneracy.svg';
const KINK = -1;
/** p = −1 ± STEPS/256: f32 holds every one of them exactly, the kink included. */
const STEPS = 64;

const SERIES = {
  exact: {label: 'leastNorm and oneSided, beside the kink', colour: '#8a929c', options: {}},
  leastNorm: {label: 'leastNorm at the kink', colour: '#0072b2', options: {degenerate: 'leastNorm'}},
  oneSided: {label: 'oneSided at the kink', colour: '#d55e00', options: {degenerate: 'oneSided'}},
  wide: {label: 'smooth, κ = 1e-2', colour: '#cc79a7', options: {degenerate: 'smooth', smoothing: 1e-2}},
  narrow: {label: 'smooth, κ = 1e-3', colour: '#009e73', options: {degenerate: 'smooth', smoothing: 1e-3}},
} satisfies Record<string, {label: string; colour: string; options: SolveQPOptions}>;

interface Row {
  series: string;
  p: number;
  x: number;
  derivative: number;
  /** Where the kink is. A line is not drawn across it, unless smoothed. */
  side: 'left' | 'kink' | 'right';
}

await tf.setBackend('cpu');
const rows = (Object.keys(SERIES) as (keyof typeof SERIES)[]).flatMap((name) => measure(name));
mkdirSync(dirname(OUT), {recursive: true});
writeFileSync(OUT, await draw(rows));
for (const {series, x, derivative} of rows.filter(({side}) => side === 'kink')) {
  console.log(`p = ${KINK}: x = ${x}, dx/dp = ${derivative.toFixed(6)} (${series})`);
}
console.log(`The figure is in ${OUT}.`);

/** x and dx/dp of one series for every p. */
function measure(name: keyof typeof SERIES): Row[] {
  const {label, options} = SERIES[name];
  const ps = Array.from({length: 2 * STEPS + 1}, (_, i) => KINK + (i - STEPS) / 256);
  return tf.tidy(() => {
    const solve = (p: tf.Tensor) => solveQP({Q: [[1]], p, G: [[1]], h: [1]}, options).x;
    const {value, grad} = tf.valueAndGrad((p: tf.Tensor) => solve(p))(tf.tensor2d(ps, [ps.length, 1]));
    const [xs, slopes] = [value.dataSync(), grad.dataSync()];
    return ps.map((p, i) => ({
      series: label,
      p,
      x: xs[i],
      derivative: slopes[i],
      side: p < KINK ? 'left' : p > KINK ? 'right' : 'kink',
    })) as unknown as tf.TensorContainer;
  }) as unknown as Row[];
}

/** Two panels, as SVG text: the solution, and its derivative. */
function draw(values: Row[]): Promise<string> {
  const {exact, leastNorm, oneSided, wide, narrow} = SERIES;
  const all = Object.values(SERIES);
  const only = (...labels: string[]) => ({filter: {field: 'series', oneOf: labels}});
  const at = (...sides: Row['side'][]) => ({filter: {field: 'side', oneOf: sides}});
  const horizontal = {
    field: 'p',
    type: 'quantitative' as const,
    title: 'p',
    scale: {domain: [KINK - STEPS / 256, KINK + STEPS / 256], nice: false},
    axis: {values: [-1.2, -1.1, -1, -0.9, -0.8], format: '.1f'},
  };
  const colour = {
    field: 'series',
    type: 'nominal',
    scale: {domain: all.map(({label}) => label), range: all.map((series) => series.colour)},
    legend: {
      title: null,
      orient: 'bottom',
      columns: 3,
      labelLimit: 400,
      symbolType: 'stroke',
      symbolStrokeWidth: 3,
    },
  } as const;
  const spec: TopLevelSpec = {
    background: 'white',
    padding: 12,
    spacing: 36,
    data: {values},
    hconcat: [
      {
        title: 'the solution x(p) = min(−p, 1)',
        width: 330,
        height: 260,
        encoding: {
          x: horizontal,
          y: {field: 'x', type: 'quantitative', title: 'x', scale: {domain: [0.72, 1.08], nice: false}},
        },
        layer: [
          {transform: [only(exact.label)], mark: {type: 'line', strokeWidth: 2.5, color: '#444444'}},
          {
            transform: [only(exact.label), at('kink')],
            mark: {type: 'point', size: 70, filled: true, opacity: 1, color: '#444444'},
          },
          {
            transform: [only(exact.label), at('kink')],
            mark: {type: 'text', dy: -14, fontSize: 12, text: 'kink: λ = 0 and slack = 0'},
          },
        ],
      },
      {
        title: 'its derivative dx/dp',
        width: 330,
        height: 260,
        encoding: {
          x: horizontal,
          y: {
            field: 'derivative',
            type: 'quantitative',
            title: 'dx/dp',
            scale: {domain: [-1.1, 0.1], nice: false},
            axis: {values: [-1, -0.75, -0.5, -0.25, 0], format: '.2f'},
          },
          color: colour,
        },
        layer: [
          {
            transform: [only(exact.label), at('left', 'right')],
            mark: {type: 'line', strokeWidth: 2.5},
            encoding: {detail: {field: 'side', type: 'nominal'}},
          },
          {transform: [only(wide.label, narrow.label)], mark: {type: 'line', strokeWidth: 2}},
          {
            transform: [only(leastNorm.label, oneSided.label), at('kink')],
            mark: {type: 'point', size: 90, filled: true, opacity: 1},
          },
        ],
      },
    ],
    config: {font: 'sans-serif', axis: {gridColor: '#ececec', domainColor: '#888888'}, view: {stroke: null}},
  };
  return new View(parse(compile(spec).spec), {renderer: 'none'}).toSVG();
}
