/**
 * @file How do packed discs move when the small ones grow? The derivative of a solver of one's own.
 *
 * The experiment of Blondel et al. 2022 (arXiv 2105.15183), section 4.4. `docs/examples/dynamics.md`.
 */
import {printTable, runProgram} from '../support/program.js';
import {FULL, QUICK, run, type Packed} from './dynamics.js';
import {figureOf} from './figure.js';
import {readReferences} from './references.js';

const references = readReferences();
const short = (value: number) => (Math.abs(value) < 0.01 ? value.toExponential(1) : value.toPrecision(3));
const countLoose = ({loose}: Packed) => loose.filter(Boolean).length;
const last = ({stopped}: Packed) => stopped[stopped.length - 1];
const largest = ({stopped}: Packed) => Math.max(...stopped.map(({unrolled}) => unrolled.size));

await runProgram({
  name: 'dynamics',
  title: 'sensitivities of packed discs',
  full: FULL,
  quick: QUICK,
  run: (size, seed, report) => run(size, seed, report, references),
  print: ({packed}) => {
    console.log(
      'Relative differences: from the reference in f64; those of finite differences for the discs that touch another, up to a common shift.\n',
    );
    printTable(
      [
        'packing',
        'discs',
        'loose',
        'steps',
        '|dx|',
        'reference',
        'jvp',
        'rootJvp',
        'customRoot',
        'differences',
      ],
      packed.map((one) => [
        one.name,
        String(one.start.length),
        String(countLoose(one)),
        String(one.iterations),
        one.size.toFixed(6),
        one.reference?.toFixed(6) ?? '',
        ...(['solver', 'rootJvp', 'customRoot'] as const).map((name) =>
          one.errors ? short(one.errors[name]) : '',
        ),
        short(one.differences),
      ]),
    );
    console.log(
      '\nBoth derivatives after t steps, and how far they are from that at rest; in brackets for the discs that touch another, up to a common shift.\n',
    );
    printTable(
      ['packing', 't', 'implicit |dx|', 'off', '', 'unrolled |dx|', 'off', ''],
      packed.flatMap(({name, stopped}) =>
        stopped.map(({steps, implicit, unrolled}) => [
          name,
          String(steps),
          ...[implicit, unrolled].flatMap(({size, off, offFirm}) => [
            short(size),
            short(off),
            `(${short(offFirm)})`,
          ]),
        ]),
      ),
    );
  },
  figure: figureOf,
  claims: ({packed}, claims) => {
    for (const one of packed) {
      const {name, status, reference, size, errors, differences} = one;
      claims.check(`${name}: FIRE came to rest in ${one.iterations} steps`, status === 0);
      if (reference !== null) claims.close(`${name}: |dx|`, size, reference, 1e-7);
      if (errors) {
        claims.check(
          `${name}: jvp is off by ${short(errors.solver)} ≤ 1e-7, rootJvp by ${short(errors.rootJvp)} ≤ 1e-6, customRoot around the loop by ${short(errors.customRoot)} ≤ 1e-4`,
          errors.solver <= 1e-7 && errors.rootJvp <= 1e-6 && errors.customRoot <= 1e-4,
        );
      }
      claims.check(
        `${name}: finite differences are off by ${short(differences)} ≤ 1e-3`,
        differences <= 1e-3,
      );
      claims.check(
        `${name}: on its way, the unrolled derivative is ${short(largest(one) / size)} times too large (more than 3)`,
        largest(one) > 3 * size,
      );
      const {implicit, unrolled, steps} = last(one);
      claims.check(
        `${name}: after ${steps} steps the implicit derivative is off by ${short(implicit.off)} ≤ 1e-5`,
        implicit.off <= 1e-5,
      );
      claims.check(
        countLoose(one) > 0
          ? `${name}: after ${steps} steps the unrolled one, with loose discs, is off by ${short(unrolled.off)} > 0.5`
          : `${name}: after ${steps} steps the unrolled one, without loose discs, is off by ${short(unrolled.off)} ≤ 1e-4`,
        countLoose(one) > 0 ? unrolled.off > 0.5 : unrolled.off <= 1e-4,
      );
      claims.check(
        `${name}: then the unrolled one is right for discs that touch, up to ${short(unrolled.offFirm)} ≤ 1e-4`,
        unrolled.offFirm <= 1e-4,
      );
    }
  },
});
