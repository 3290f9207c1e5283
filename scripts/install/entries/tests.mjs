/** @file Test runners with a page's globals: Jest and Vitest, both with jsdom. */
import {join} from 'node:path';
import {judge} from '../judge.mjs';
import {moduleOf, programFiles, projectOf, run} from '../projects.mjs';
import {readFileSync} from 'node:fs';

const WRITE = `require('fs').writeFileSync('result.json', JSON.stringify(result));`;
const JEST = `
const tf = require('@tensorflow/tfjs');
const library = require('tfjs-implicit');
require('tfjs-implicit/register');
const {exercise} = require('./program.cjs');
const {saved} = require('./saved.cjs');

test('in jsdom', async () => {
  expect(typeof window).toBe('object');
  const result = await exercise(tf, library, saved);
  ${WRITE}
}, 60000);
`;
const VITEST = `
import {writeFileSync} from 'node:fs';
import {expect, test} from 'vitest';
${moduleOf({report: ''})}
test('in jsdom', async () => {
  expect(typeof window).toBe('object');
  writeFileSync('result.json', JSON.stringify(await run()));
}, 60000);
`;

const resultOf = (folder) => JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8'));

export default [
  {
    name: 'jest with jsdom',
    async check(installation) {
      const files = programFiles(installation);
      const folder = projectOf(
        installation,
        'jest',
        {
          'program.cjs': `${files['program.script.js']}\nmodule.exports = {exercise};`,
          'saved.cjs': `${files['saved.script.js']}\nmodule.exports = {saved};`,
          'main.test.js': JEST,
          'jest.config.js': `module.exports = {testEnvironment: 'jsdom'};`,
        },
        {},
      );
      await run('node', [join(installation.modules, 'jest/bin/jest.js')], folder);
      judge(resultOf(folder), installation.saved);
    },
  },
  {
    name: 'vitest with jsdom',
    async check(installation) {
      const folder = projectOf(installation, 'vitest', {
        ...programFiles(installation),
        'main.test.js': VITEST,
        'vitest.config.js': `export default {test: {environment: 'jsdom'}};`,
      });
      await run('node', [join(installation.modules, 'vitest/vitest.mjs'), 'run'], folder);
      judge(resultOf(folder), installation.saved);
    },
  },
];
