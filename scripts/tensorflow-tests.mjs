/**
 * @file Runs the suites on the backend 'tensorflow' alone; `setup:tensorflow` builds it where there is none. Arguments go to mocha:
 * files, or options. With LONG=1 also the suites that one backend stands for.
 */
import {spawnSync} from 'node:child_process';

const SUITES = 'test/**/*.test.ts';

const env = {...process.env, TEST_TENSORFLOW: '1'};
const given = process.argv.slice(2);
const suites = given.some((argument) => argument.endsWith('.ts')) ? given : [...given, SUITES];
// Of several processes, each would count a file that has no such suite as a failure.
const failZero = given.includes('--parallel') ? [] : ['--fail-zero'];
process.exitCode =
  node('scripts/setup-tensorflow.mjs') ||
  node('node_modules/mocha/bin/mocha.js', '--fgrep', '[tensorflow]', ...failZero, ...suites);

function node(...args) {
  return spawnSync(process.execPath, args, {env, stdio: 'inherit'}).status ?? 1;
}
