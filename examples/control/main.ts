/** @file Model-predictive control over 200 steps as a layer, trained on the forces of an expert. */
import {printTable, runProgram} from '../support/program.js';
import {FULL, METHODS, QUICK, run, type Method, type Result} from './control.js';
import {figureOf} from './figure.js';

const of = ({outcomes}: Result, method: Method) => outcomes.find((outcome) => outcome.method === method)!;

await runProgram({
  name: 'control',
  title: 'model-predictive control as a layer',
  full: FULL,
  quick: QUICK,
  run,
  print: (result) => {
    printTable(
      ['', 'distance from the waves, m', 'from the expert, m', 'speed above its limit, m/s'],
      METHODS.map((method) => {
        const {error, fromExpert, excess} = of(result, method);
        return [method, error.toFixed(4), fromExpert.toFixed(4), excess.toFixed(4)];
      }),
    );
    const {losses, times} = result;
    console.log(
      `\nMean squared error of the force in the first and last epoch: ${losses[0].toExponential(1)}, ` +
        `${losses.at(-1)!.toExponential(1)}.\n`,
    );
    printTable(
      ['horizon', 'solution, ms', 'with gradient, ms', 'solution, µs per step'],
      times.map(({horizon, solution, gradient}) => [
        String(horizon),
        solution.toFixed(1),
        gradient.toFixed(1),
        ((1000 * solution) / horizon).toFixed(0),
      ]),
    );
  },
  figure: figureOf,
  claims: (result, claims, quick) => {
    const [before, learned, expert] = (['before learning', 'learned controller', 'expert'] as const).map(
      (method) => of(result, method),
    );
    claims.check(
      'the learned controller follows the waves as well as the expert, within 5 %',
      learned.error < 1.05 * expert.error,
    );
    claims.check(
      'its distance from them is less than half of that before learning',
      learned.error < before.error / 2,
    );
    claims.check('the limit of the speed is kept, to 1e-4', learned.excess < 1e-4);
    if (quick) return;
    const [short, long] = [result.times[1], result.times.at(-1)!];
    claims.check(
      'the time grows with the horizon, not with its square: 8 times the steps, less than 16 times the time',
      long.horizon === 8 * short.horizon && long.solution < 16 * short.solution,
    );
  },
});
