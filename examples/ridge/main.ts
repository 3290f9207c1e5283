/**
 * @file How accurate is a Jacobian at an approximate solution? The figure of Blondel et al. 2022, section 3.
 *
 * Theorem 1 there (arXiv 2105.15183): the error of the Jacobian that the implicit-function theorem gives at x_t is at
 * most a constant times ‖x_t − x*‖. For ridge regression, x*(θ) = argmin ½‖Φx − y‖² + ½θ‖x‖², the constant is 1/α with
 * α = λmin(ΦᵀΦ) + θ. There is no such bound for the derivative of the unrolled iteration.
 */
import {mkdirSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {parseArgs} from 'node:util';
import {startBackend} from '../support/backend.js';
import {drawFigure} from './figure.js';
import {measure, readReferences, ridgeCondition, type Path} from './ridge.js';

const {values: options} = parseArgs({
  options: {
    backend: {type: 'string', default: 'wasm'},
    out: {type: 'string', default: 'docs/images/ridge.svg'},
    /** Nothing to shorten: the example takes seconds. */
    quick: {type: 'boolean', default: false},
  },
});

/** Each t is about 1.15 times the one before; every t of the references is included. */
const GROWTH = 1.15;

console.log(`tfjs-implicit: ridge regression on the diabetes data (${options.backend} backend)`);
await startBackend(options.backend);
const started = performance.now();

const {lambdaMin, paths: references} = readReferences();
const gradient = ridgeCondition();
const paths = references.map((reference) => {
  const known = reference.descent.map(({t}) => t);
  const times = new Set(known);
  for (let t = 1; t < Math.max(...known); t = Math.max(t + 1, Math.round(GROWTH * t))) times.add(t);
  const sorted = [...times].sort((a, b) => a - b);
  return measure(gradient, reference, lambdaMin, sorted);
});
paths.forEach(report);

mkdirSync(dirname(options.out), {recursive: true});
writeFileSync(options.out, await drawFigure(paths));
const seconds = (performance.now() - started) / 1000;
console.log(`\nThe figure is in ${options.out} (${seconds.toFixed(1)} s).`);

// In float32 the linear system itself is rounded. This floor, the error at x* itself, is added to the bound.
let holds = true;
for (const {theta, errors, floor} of paths) {
  const over = errors.filter(({implicit, bound}) => implicit > bound + floor);
  const alone = errors.filter(({implicit, bound}) => implicit <= bound);
  holds &&= over.length === 0;
  console.log(
    `θ = ${theta}: of ${errors.length} implicit errors ${alone.length} are under the bound, ` +
      `${errors.length - over.length} are under the bound + the float32 floor.`,
  );
}
console.log(
  holds
    ? 'Every implicit error stays under the theorem’s bound (+ the float32 floor).'
    : 'NOT every implicit error stays under the theorem’s bound (+ the float32 floor).',
);
if (!holds) process.exitCode = 1;

/** The table of one θ, at the t of the references. */
function report({theta, alpha, normDx, errors, floor, reference}: Path): void {
  console.log(
    `\nθ = ${theta}: α = ${alpha.toFixed(4)}, ‖∂x*‖ = ${normDx.toPrecision(4)}, float32 floor ${scientific(floor)} ` +
      `(${scientific(floor / normDx)} of ‖∂x*‖); float64 references in brackets\n`,
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
    ].map(([f32, f64]) => `${scientific(f32)} (${scientific(f64)})`.padStart(22));
    console.log(`${String(exact.t).padStart(5)}  ${cells.join('')}`);
  }
}

function scientific(value: number): string {
  return value.toExponential(2);
}
