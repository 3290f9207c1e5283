/** @file Iterative solvers on every device, as programs where the host can read tensors: solutions and gradients as in f64. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {compile, solvers} from '../../src/index.js';
import {hostCanRead} from '../../src/kernels/index.js';
import {Program} from '../../src/programs/index.js';
import {REFERENCES} from '../zoo/iterative-references.js';
import {ITERATIVE_SOLVERS, smoothProblems, type Stepwise} from '../zoo/iterative-solvers.js';
import {vjpInF64} from '../zoo/maps.js';
import {assertClose, describeDevices, toleranceOn, valuesOf} from './devices.js';

const WEIGHTS = [0.75, -0.5, 1.25, 0.375];
/** What the problems need at most: where the host cannot read, every iteration is made, frozen or not. */
const ENOUGH: Record<string, object> = {
  BFGS: {maxIterations: 15, lineSearch: solvers.lineSearches.zoom({maxIterations: 6})},
  NewtonRoot: {maxIterations: 10},
  AndersonAcceleration: {maxIterations: 30},
};
const SAMPLES = smoothProblems.C.map((row) => row.map(Math.fround));

/** How often programs run while `f` does. */
async function runsOf(f: () => Promise<void>): Promise<number> {
  const run = Reflect.get(Program.prototype, 'run') as (this: Program) => void;
  let count = 0;
  Program.prototype.run = function () {
    count++;
    run.call(this);
  };
  try {
    await f();
  } finally {
    Program.prototype.run = run;
  }
  return count;
}

describeDevices('iterative solvers', (device) => {
  for (const [name, enough] of Object.entries(ENOUGH)) {
    const {make, init} = ITERATIVE_SOLVERS[name];
    const reference = REFERENCES[name];

    it(`${name} finds the solution and its gradient`, async () => {
      const solver = make(enough) as Stepwise;
      const solve = (c: tf.Tensor) => solver.run(init(), ...([c] as never[])).x as tf.Tensor;
      const runs = await runsOf(async () => {
        const c = smoothProblems.c();
        const x = tf.tidy(() => solve(c));
        const weights = tf.tensor2d(WEIGHTS, [2, 2]);
        const gradient = tf.tidy(() => tf.grad((at: tf.Tensor) => tf.sum(tf.mul(weights, solve(at))))(c));
        assertClose(await valuesOf(x), SAMPLES.flatMap(reference), toleranceOn(device), name);
        const expected = SAMPLES.flatMap(
          (at, i) => vjpInF64(reference as never, [at], WEIGHTS.slice(2 * i, 2 * i + 2))[0],
        );
        assertClose(await valuesOf(gradient), expected, toleranceOn(device), name);
        tf.dispose([c, x, weights, gradient]);
      });
      if (hostCanRead()) assert.isAbove(runs, 5);
      else assert.equal(runs, 0);
    });
  }

  it('a compiled solver gives double precision', () => {
    if (!hostCanRead()) return;
    const {make, init} = ITERATIVE_SOLVERS.NewtonRoot;
    const solver = make({tolerance: 1e-12}) as Stepwise;
    const c = smoothProblems.c();
    const solve = compile((at: tf.Tensor) => solver.run(init(), ...([at] as never[])).x as tf.Tensor, [c]);
    assertClose([...solve(c)], SAMPLES.flatMap(REFERENCES.NewtonRoot), 1e-9, 'x');
    c.dispose();
  });
});
