/**
 * @file The backend 'tensorflow' for Node: loads the @tensorflow/tfjs-node-gpu or @tensorflow/tfjs-node that is installed, or the one
 * that `npm run setup:tensorflow` built in out/.
 */
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {BINDING, modules} from './tfjs-node.mjs';

/**
 * Registers the backend. Messages of TensorFlow below warnings are not printed, unless `TF_CPP_MIN_LOG_LEVEL` says otherwise.
 *
 * @returns {string | null} Why that is not possible, or `null`.
 */
export function offerTensorflow() {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '1';
  const here = createRequire(import.meta.url);
  const built = createRequire(join(modules, 'index.js'));
  const found = [
    [here, `${BINDING}-gpu`],
    [here, BINDING],
    [built, BINDING],
  ].find(([require, name]) => resolves(require, name));
  if (!found) return `${BINDING} is not installed (npm run setup:tensorflow builds it in out/)`;
  const [require, name] = found;
  const {findBackend} = here('@tensorflow/tfjs-core');
  try {
    require(name);
  } catch (error) {
    return `${name} does not load: ${error.message.split('\n')[0]}`;
  }
  return findBackend('tensorflow') ? null : `${name} brought a second copy of @tensorflow/tfjs-core`;
}

function resolves(require, name) {
  try {
    require.resolve(name);
    return true;
  } catch {
    return false;
  }
}
