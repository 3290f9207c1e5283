/**
 * @file How accurate is a Jacobian at an approximate solution? The figure of Blondel et al. 2022, section 3.
 *
 * Theorem 1 there (arXiv 2105.15183): the error of the Jacobian that the implicit-function theorem gives at x_t is at
 * most a constant times ‖x_t − x*‖. For ridge regression, x*(θ) = argmin ½‖Φx − y‖² + ½θ‖x‖², the constant is 1/α with
 * α = λmin(ΦᵀΦ) + θ. There is no such bound for the derivative of the unrolled iteration.
 */
import {parseArgs} from 'node:util';
import {startBackend} from '../support/backend.js';
import {Claims} from '../support/claims.js';
import {saveFigure} from '../support/save-figure.js';
import {figureOf} from './figure.js';
import {measureInDoubles, measureInSingles, readData, readReferences, type Path} from './ridge.js';

const {values: options} = parseArgs({
  options: {
    backend: {type: 'string', default: 'wasm'},
    out: {type: 'string', default: 'docs/images/ridge.svg'},
    /** The same without the figure: the example takes seconds. */
    quick: {type: 'boolean', default: false},
  },
});

/** Each t is about 1.15 times the one before; every t of the references is included. */
const GROWTH = 1.15;

console.log(`tfjs-implicit: ridge regression on the diabetes data (${options.backend} backend)`);
await startBackend(options.backend);
const started = performance.now();

const {lambdaMin, paths: references} = readReferences();
const data = readData();
const paths = references.map((reference) => {
  const known = reference.descent.map(({t}) => t);
  const times = new Set(known);
  for (let t = 1; t < Math.max(...known); t = Math.max(t + 1, Math.round(GROWTH * t))) times.add(t);
  const sorted = [...times].sort((a, b) => a - b);
  return {
    doubles: measureInDoubles(data, reference, lambdaMin, sorted),
    singles: measureInSingles(data, reference, lambdaMin, sorted),
  };
});
paths.forEach(({doubles}) => report(doubles));
console.log();

/** Errors below this share of ‖∂x*‖ are rounding of doubles. */
const ROUNDING = 1e-13;
const claims = new Claims();
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
if (!options.quick) await saveFigure(options.out, figureOf(paths));
console.log(`${((performance.now() - started) / 1000).toFixed(1)} s.`);
claims.end();

/** The table of one θ, at the t of the references. */
function report({theta, alpha, normDx, errors, reference}: Path): void {
  console.log(
    `\nθ = ${theta}: α = ${alpha.toFixed(4)}, ‖∂x*‖ = ${normDx.toPrecision(4)}; references of NumPy in brackets\n`,
  );
  const header = ['iterate error', 'implicit', 'bound', 'unrolled'];
  console.log(`    t  ${header.map((name) => name.padStart(22)).join('')}`);
  for (const exact of reference) {
    const measured = errors.find(({t}) => t === exact.t)!;
    const cells = [
      [measured.iterate, exact.iterate],
      [measured.implicit, exact.implicit],
      [measured.bound, exact.iterate / alpha],
      [measured.unrolled, exact.unrolled],
    ].map(([ours, theirs]) => `${scientific(ours)} (${scientific(theirs)})`.padStart(22));
    console.log(`${String(exact.t).padStart(5)}  ${cells.join('')}`);
  }
}

function scientific(value: number): string {
  return value.toExponential(2);
}
