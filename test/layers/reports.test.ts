/** @file `onIteration` and `verbose` of the layers that iterate: told, not saved. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {layers, type solvers} from '../../src/index.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';
import {TanhCell} from './models.js';
import {describeOnCpu, run} from './on-cpu.js';

const MAKE = {
  fixedPoint: (args: object) => layers.fixedPoint({cell: new TanhCell(), stateShape: [4], ...args}),
  lasso: (args: object) => layers.lasso({units: 4, seed: 1, ...args}),
  conic: (args: object) => layers.conic({cones: {nonNegative: 3}, seed: 1, onFailure: 'ignore', ...args}),
};

describeOnCpu('a layer that iterates', () => {
  for (const [name, make] of Object.entries(MAKE)) {
    it(`${name}: tells each call's iterations, to a function and on the console, and saves neither`, () =>
      expectNoLeak(() => {
        const seen: number[] = [];
        const onIteration = ({iteration, residual}: solvers.IterationReport) => {
          assert.deepEqual(residual.shape, [2]);
          seen.push(iteration);
        };
        const layer = make({onIteration, verbose: true});
        const printed: string[] = [];
        const {log} = console;
        console.log = (text: string) => void printed.push(text);
        try {
          tf.tidy(() => void run(layer, tf.ones([2, 3])));
        } finally {
          console.log = log;
        }
        assert.isNotEmpty(seen);
        if (name === 'fixedPoint') assert.deepEqual(seen, seen.map((_, k) => k + 1)); // prettier-ignore
        assert.match(printed[0], /^\w+ \d+: residual \S+ \(largest of 2\)/);
        assert.match(printed.at(-1)!, /\d of 2 samples solved after \d+ iterations/);
        assert.notProperty(layer.getConfig(), 'onIteration');
        assert.notProperty(layer.getConfig(), 'verbose');
        layer.dispose();
      }));

    it(`${name}: refuses what is no function, or no flag`, () => {
      const said = (args: object) => messageOf(() => make(args));
      assert.match(said({onIteration: 'x'}), /Layer: onIteration must be a function, got string 'x'/);
      assert.match(said({verbose: 2}), /Layer: verbose must be true or false; got 2/);
    });
  }
});
