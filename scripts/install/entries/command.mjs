/** @file The command `tfjs-implicit` in a new project, in every version of Node: with apache-arrow, and what it says without. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {nodeOf, NODES, projectOf, run, without} from '../projects.mjs';

const LINES = '{"shared": {"Q": [[1, 0], [0, 1]]}}\n{"id": 7, "p": [1, -2]}\n{"id": 8, "p": [3, 4]}\n';

export default NODES.map((version) => ({
  name: `command ${version}`,
  async check(installation) {
    const folder = projectOf(installation, `command-${version}`, {
      'in.ndjson': LINES,
      'without.js': without('apache-arrow'),
    });
    const node = nodeOf(installation, version);
    const path = join(installation.modules, '.bin/tfjs-implicit');
    const command = (args, flags = []) => run(node, [...flags, path, ...args], folder);
    await command(['solve', 'in.ndjson', '--out', 'out.ndjson', '--threads', '2']);
    await command(['solve', 'in.ndjson', '--out', 'out.arrow']);
    await command(['solve', 'out.arrow', '--out', 'again.ndjson']).then(
      () => {
        throw new Error('rows without p were solved');
      },
      (error) => {
        if (!error.message.includes('no column p')) throw error;
      },
    );
    const rows = readFileSync(join(folder, 'out.ndjson'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    if (JSON.stringify(rows.map(({id, x, status}) => [id, x, status])) !== '[[7,[-1,2],0],[8,[-3,-4],0]]')
      throw new Error(JSON.stringify(rows));
    const told = await command(['inspect', 'out.arrow']);
    if (!told.includes('2 solved')) throw new Error(told);
    const missing = await command(['inspect', 'out.arrow'], ['--import', './without.js']).catch(String);
    if (!missing.includes('npm install apache-arrow')) throw new Error(`without apache-arrow: ${missing}`);
    return 'newline-delimited JSON and Arrow';
  },
}));
