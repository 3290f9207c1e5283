/**
 * @file How accurate is a Jacobian at an approximate solution? The figure of Blondel et al. 2022, section 3.
 *
 * Theorem 1 there (arXiv 2105.15183): the error of the Jacobian that the implicit-function theorem gives at x_t is at
 * most a constant times ‖x_t − x*‖. For ridge regression, x*(θ) = argmin ½‖Φx − y‖² + ½θ‖x‖², the constant is 1/α with
 * α = λmin(ΦᵀΦ) + θ. There is no such bound for the derivative of the unrolled iteration.
 */
import {readFileSync} from 'node:fs';
import {readTable} from '../support/csv.js';
import {printTable, runProgram} from '../support/program.js';
import {figureOf} from './figure.js';
import {FULL, QUICK, run, type References} from './ridge.js';

const references = JSON.parse(
  readFileSync(new URL('../../test/fixtures/ridge.json', import.meta.url), 'utf8'),
) as References;
const table = readTable('diabetes.csv', {header: true});
const scientific = (value: number) => value.toExponential(2);

/** Errors below this share of ‖∂x*‖ are rounding of doubles. */
const ROUNDING = 1e-13;

await runProgram({
  name: 'ridge',
  title: 'ridge regression on the diabetes data',
  full: FULL,
  quick: QUICK,
  seeded: false,
  run: (size, _seed, report) => run(table, references, size, report),
  print: (paths) => {
    for (const {theta, alpha, normDx, errors, reference} of paths.map(({doubles}) => doubles)) {
      console.log(
        `\nθ = ${theta}: α = ${alpha.toFixed(4)}, ‖∂x*‖ = ${normDx.toPrecision(4)}; references of NumPy in brackets\n`,
      );
      printTable(
        ['t', 'iterate error', 'implicit', 'bound', 'unrolled'],
        reference.map((exact) => {
          const measured = errors.find(({t}) => t === exact.t)!;
          return [
            `${exact.t}`,
            ...[
              [measured.iterate, exact.iterate],
              [measured.implicit, exact.implicit],
              [measured.bound, exact.iterate / alpha],
              [measured.unrolled, exact.unrolled],
            ].map(([ours, theirs]) => `${scientific(ours)} (${scientific(theirs)})`),
          ];
        }),
      );
    }
  },
  figure: figureOf,
  claims: (paths, claims) => {
    for (const {doubles, singles} of paths) {
      const {theta, normDx, errors, reference} = doubles;
      const rounding = ROUNDING * normDx;
      claims.check(
        `θ = ${theta}: all ${errors.length} implicit errors are under the theorem’s bound, up to rounding`,
        errors.every(({implicit, bound}) => implicit <= bound + rounding),
      );
      const off = reference.flatMap((exact) => {
        const measured = errors.find(({t}) => t === exact.t)!;
        return (['iterate', 'implicit', 'unrolled'] as const).map(
          (name) => Math.max(0, Math.abs(measured[name] - exact[name]) - 10 * rounding) / exact[name],
        );
      });
      claims.check(
        `θ = ${theta}: the errors are those of the references, to ${scientific(Math.max(...off))} ≤ 1e-9 of them`,
        Math.max(...off) <= 1e-9,
      );
      const least = Math.min(...errors.map(({implicit}) => implicit));
      claims.check(`θ = ${theta}: the implicit error reaches ${scientific(least)} ≤ 1e-8`, least <= 1e-8);
      claims.check(
        `θ = ${theta}: with float32 tensors it stays under the bound + ${scientific(singles.floor)}, which is rounding`,
        singles.errors.every(({implicit, bound}) => implicit <= bound + singles.floor),
      );
    }
  },
});
