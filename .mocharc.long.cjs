/** @file The suites that try more than in `npm test`, at full length. */
const {readdirSync, readFileSync} = require('node:fs');

const TRIES_MORE = /helpers\/effort\.js|\/arbitraries\.js|qp-families\.js|describeAny/;

module.exports = {
  extension: ['ts'],
  import: 'tsx',
  timeout: 240_000,
  reporter: 'dot',
  parallel: true,
  jobs: 2,
  require: ['./test/helpers/setup.ts', './test/helpers/setup-long.ts', './test/devices/setup/node.ts'],
  spec: readdirSync('test', {recursive: true})
    .map((file) => `test/${file}`)
    .filter((file) => file.endsWith('.test.ts') && TRIES_MORE.test(readFileSync(file, 'utf8'))),
};
