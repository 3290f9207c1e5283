/** @file Makes tests repeatable: property tests, and whatever is drawn without a seed. */
import fc from 'fast-check';
import {SEED} from './effort.js';
import './own-gradients.js';
import {seedRandom} from './random.js';

fc.configureGlobal({seed: SEED});

// tfjs takes the seed of an unseeded draw (of an initializer, a dropout, a shuffle) from Math.random: each test begins the
// same numbers anew, whatever ran before it.
seedRandom('the files');
export const mochaHooks: Mocha.RootHookObject = {
  beforeEach(this: Mocha.Context) {
    seedRandom(this.currentTest?.fullTitle() ?? '');
  },
};
