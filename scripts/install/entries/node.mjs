/** @file Node: ES modules and CommonJS, with worker threads, in every version that is maintained. */
import {judge} from '../judge.mjs';
import {moduleOf, nodeOf, NODES, programFiles, projectOf, run} from '../projects.mjs';

const report = 'console.log(JSON.stringify(await run()));';
const COMMON_JS = `
const tf = require('@tensorflow/tfjs');
const {QPLayer, setThreads, solveQP} = require('tfjs-implicit');
require('tfjs-implicit/register');
(async () => {
  const {exercise} = await import('./program.js');
  const {saved} = await import('./saved.js');
  console.log(JSON.stringify(await exercise(tf, {QPLayer, setThreads, solveQP}, saved, {threadsWithin: 60})));
})();
`;

export const resultIn = (printed) => JSON.parse(printed.trim().split('\n').at(-1));

export default NODES.map((version) => ({
  name: `node ${version}`,
  async check(installation) {
    const folder = projectOf(installation, `node-${version}`, {
      ...programFiles(installation),
      'main.js': moduleOf({threadsWithin: 60, report}),
      'main.cjs': COMMON_JS,
    });
    const node = nodeOf(installation, version);
    const printed = await run(node, ['--version'], folder);
    for (const file of ['main.js', 'main.cjs']) {
      judge(resultIn(await run(node, [file], folder)), installation.saved, {threads: true});
    }
    return `${printed.trim()}, ES modules and CommonJS`;
  },
}));
