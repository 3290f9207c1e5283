/**
 * @file Proves that the packed package works wherever JavaScript runs: `npm run test:install -- [--only NAME]… [--release] [--keep | --again FOLDER]`.
 *
 * It packs what dist/ holds, installs the archive with the tools into a temporary folder, and lets each host do what program.js says.
 * `--keep` leaves that folder, and `--again` uses it once more with what dist/ holds now.
 */
import {readdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {performance} from 'node:perf_hooks';
import {parseArgs} from 'node:util';
import {findChromium} from '../chromium.mjs';
import {closeBrowser} from './page.mjs';
import {install} from './projects.mjs';

const {values} = parseArgs({
  options: {
    only: {type: 'string', multiple: true, default: []},
    release: {type: 'boolean', default: false},
    keep: {type: 'boolean', default: false},
    again: {type: 'string'},
  },
});

const folder = join(import.meta.dirname, 'entries');
const files = readdirSync(folder).sort();
const modules = await Promise.all(files.map((name) => import(join(folder, name))));
/** One a row of the table: a name, and what throws if the host does not do. */
const entries = modules.flatMap((module) => module.default).filter(isAsked);
if (entries.length === 0) throw new Error(`no such entry: ${values.only.join(', ')}`);
const hasChromium = Boolean(findChromium());

const start = performance.now();
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1).padStart(7);
const installation = install(values);
console.log(`${seconds(start)} s  packed and installed`);
const failures = [];
try {
  for (const {name, page, check} of entries) {
    if (page && !hasChromium) {
      console.log(`      –    skipped  ${name}`);
      continue;
    }
    const since = performance.now();
    let note;
    try {
      note = await check(installation);
    } catch (error) {
      failures.push({name, error});
    }
    const failed = failures.at(-1)?.name === name;
    console.log(`${seconds(since)} s  ${failed ? 'FAILED ' : 'ok     '}  ${name}${note ? `: ${note}` : ''}`);
  }
} finally {
  await closeBrowser();
  if (values.keep || values.again) console.log(`kept: ${installation.home}`);
  else rmSync(installation.home, {recursive: true, force: true});
}
for (const {name, error} of failures) console.error(`\n${name} failed:\n${error.stack}`);
console.log(`${seconds(start)} s  ${entries.length - failures.length} of ${entries.length} hosts do.`);
process.exit(failures.length > 0 ? 1 : 0);

/** By its name, or the first words of it. */
function isAsked({name, release}) {
  if (values.only.length > 0)
    return values.only.some((asked) => name === asked || name.startsWith(`${asked} `));
  return values.release || !release;
}
