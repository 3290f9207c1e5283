/**
 * @file A safety filter at 60 frames a second, by control barrier functions (Ames et al. 2019, arXiv 1903.11199).
 */
import {mean, quantileOf} from '../support/metrics.js';
import {printTable, runProgram} from '../support/program.js';
import {figureOf} from './figure.js';
import {FULL, METHODS, QUICK, run, type Method, type Result} from './safety-filter.js';

const of = ({runs}: Result, method: Method) => runs.filter((each) => each.method === method);

await runProgram({
  name: 'safety-filter',
  title: 'a safety filter at 60 frames a second',
  full: FULL,
  quick: QUICK,
  run,
  print: (result) => {
    printTable(
      ['', 'worlds', 'collisions', 'closest', 'at the goal', 'seconds', 'change of velocity'],
      METHODS.map((method) => {
        const runs = of(result, method);
        const arrived = runs.flatMap(({time}) => (time === null ? [] : [time]));
        return [
          method,
          String(runs.length),
          String(runs.filter(({clearance}) => clearance < 0).length),
          Math.min(...runs.map(({clearance}) => clearance)).toFixed(3),
          String(arrived.length),
          arrived.length > 0 ? mean(arrived).toFixed(1) : '-',
          mean(runs.map(({change}) => change)).toFixed(2),
        ];
      }),
    );
    const at = (share: number) => (1000 * quantileOf(result.times, share)).toFixed(1);
    console.log(
      `\n${result.times.length} frames, ${result.unsolved} without a solution. Microseconds for one: median ${at(0.5)}, ` +
        `99 % below ${at(0.99)}, the longest ${at(1)} (a frame has 16,667).`,
    );
  },
  figure: figureOf,
  claims: (result, claims) => {
    claims.check(
      'the filter lets no dot touch a disc',
      of(result, 'safety filter').every(({clearance}) => clearance > 0),
    );
    claims.check('every frame has a solution', result.unsolved === 0);
    claims.check(
      'without it some do',
      of(result, 'no filter').some(({clearance}) => clearance < 0),
    );
    const median = quantileOf(result.times, 0.5);
    claims.check(`the median frame takes less than a frame's time, 16.67 ms`, median < 1000 / 60);
  },
});
