/** @file Every projection against its definition. */
import {describeBackends} from '../helpers/backends.js';
import {testMap} from '../helpers/maps.js';
import {PROJECTIONS} from '../zoo/projections.js';

describeBackends('projections', () => {
  for (const projection of PROJECTIONS) testMap(projection);
});
