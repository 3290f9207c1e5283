/**
 * @file Runs the host suites on the backend 'tensorflow' alone: on the @tensorflow/tfjs-node that is installed, or else on one
 * that is built for them. Arguments go to mocha: files, or options. With LONG=1 also the suites that one backend stands for.
 */
import {spawnSync} from 'node:child_process';
import {delimiter} from 'node:path';
import {BINDING, buildTfjsNode, modules} from './tfjs-node.mjs';

const env = {
  TF_CPP_MIN_LOG_LEVEL: '1',
  ...process.env,
  NODE_PATH: [modules, process.env.NODE_PATH].filter(Boolean).join(delimiter),
};

try {
  if (!loads('ignore')) buildTfjsNode();
  if (!loads('inherit'))
    throw new Error(`${BINDING} does not load: see above. To build it anew, remove ${modules}.`);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
const given = process.argv.slice(2);
const suites = given.some((argument) => argument.endsWith('.ts')) ? given : [...given, 'test/**/*.test.ts'];
process.exit(
  node('inherit', 'node_modules/mocha/bin/mocha.js', '--fgrep', '[tensorflow]', '--fail-zero', ...suites),
);

/** Whether the binding loads beside the tfjs of this project. */
function loads(stderr) {
  const script = `
    require('${BINDING}');
    const name = require('@tensorflow/tfjs-core').getBackend();
    if (name !== 'tensorflow') throw new Error('the backend is ' + name);`;
  return node(['ignore', 'ignore', stderr], '-e', script) === 0;
}

function node(stdio, ...args) {
  return spawnSync(process.execPath, args, {env, stdio}).status ?? 1;
}
