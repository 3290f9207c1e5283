/** @file Every proximal operator against its definition. */
import {describeBackends} from '../helpers/backends.js';
import {testMap} from '../helpers/maps.js';
import {PROXES} from '../zoo/prox.js';

describeBackends('prox', () => {
  for (const operator of PROXES) testMap(operator);
});
