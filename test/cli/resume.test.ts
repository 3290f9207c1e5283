/** @file A run that is killed is continued by the next one with `--resume`; what is written in between never looks complete. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, readFileSync, symlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import {assert} from 'chai';
import {bundled} from '../helpers/bundled.js';
import {fixed, Folder, ipc, lines, listsOf, problems, run} from './files.js';

const MAIN = bundled('cli-resume', `import './cli/main.js';`);
const {Q, G, p, h} = problems(3000, 20, 20);

/** The command in a process of its own, killed as soon as its journal is there. */
async function killed(args: string[], journal: string): Promise<void> {
  const child = spawn(process.execPath, [MAIN, ...args], {stdio: 'ignore'});
  const exited = once(child, 'exit');
  while (!existsSync(journal)) {
    assert.isNull(child.exitCode, 'it ended before it could be killed');
    await wait(20);
  }
  child.kill('SIGKILL');
  await exited;
}

describe('tfjs-implicit solve --resume', () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  it('goes on after SIGKILL: all rows once, in order, and what was there is not solved again', async () => {
    const input = folder.file('in.arrow', ipc({p: fixed(p), h: fixed(h)}, {Q, G}, {batch: 100}));
    const whole = folder.file('whole.arrow');
    assert.equal((await run('solve', input, '-o', whole, '-q')).code, 0);
    const [out, aside, journal] = ['out.arrow', 'out.arrow.partial', 'out.arrow.partial.json'].map((name) =>
      folder.file(name),
    );
    const args = ['solve', input, '-o', out, '--resume', '-q', '--threads', '1'];
    await killed(args, journal);
    assert.isFalse(existsSync(out));
    const {rows, bytes} = JSON.parse(readFileSync(journal, 'utf8')) as {rows: number; bytes: number};
    assert.isAbove(rows, 0);
    assert.isBelow(rows, p.length);
    // The last byte of the last batch that counts, a number of its last column, and some that do not count.
    const before = readFileSync(aside);
    before[bytes - 1] ^= 1;
    writeFileSync(aside, before);

    assert.equal((await run(...args)).code, 0);
    const [table, expected] = [folder.table('out.arrow'), folder.table('whole.arrow')];
    assert.equal(table.numRows, p.length);
    assert.deepEqual(listsOf(table, 'x'), listsOf(expected, 'x'));
    const residuals = [table, expected].map((one) =>
      Array.from(one.getChild('residual')!.toArray() as Float32Array),
    );
    const different = residuals[0].flatMap((value, i) => (Object.is(value, residuals[1][i]) ? [] : [i]));
    assert.deepEqual(different, [rows - 1]);
    assert.deepEqual(folder.names(), ['in.arrow', 'out.arrow', 'whole.arrow']);
  });

  it('starts anew for another input or other options, and leaves a complete output alone', async () => {
    const rows = p.slice(0, 10).map((row, i) => ({p: row, h: h[i]}));
    const input = folder.file('in.ndjson', lines([{shared: {Q, G}}, ...rows]));
    const out = folder.file('out.ndjson');
    folder.file('out.ndjson.partial', 'of another job');
    folder.file('out.ndjson.partial.json', JSON.stringify({job: 'another', rows: 5, bytes: 3}));
    const args = ['solve', input, '-o', out, '--resume'];
    assert.equal((await run(...args, '-q')).code, 0);
    assert.lengthOf(folder.rows('out.ndjson'), 10);
    assert.deepEqual(folder.names(), ['in.ndjson', 'out.ndjson']);
    writeFileSync(out, 'left alone');
    assert.include((await run(...args)).said, 'complete already');
    assert.equal(readFileSync(out, 'utf8'), 'left alone');
    // An older output belongs to an older input.
    utimesSync(out, 0, 0);
    assert.equal((await run(...args, '-q')).code, 0);
    assert.lengthOf(folder.rows('out.ndjson'), 10);
  });

  it('keeps the exit code of --fail-on when the output is complete', async () => {
    const row = {Q: [[1]], p: [1], G: [[1], [-1]]};
    const input = folder.file('in.ndjson', lines([1, -2].map((limit) => ({...row, h: [limit, 1]}))));
    for (const end of ['ndjson', 'arrow', 'arrows']) {
      const args = [
        'solve',
        input,
        '-o',
        folder.file(`out.${end}`),
        '--resume',
        '--prefix',
        's_',
        '--fail-on',
      ];
      assert.equal((await run(...args, 'any')).code, 3);
      const again = await run(...args, 'any');
      assert.equal(again.code, 3);
      assert.include(again.said, 'complete already');
      assert.include(again.said, '1 solved, 1 infeasible');
      assert.equal((await run(...args, 'unbounded')).code, 0);
    }
  });

  it('solves again if what all rows share is newer, and never writes over what it reads', async () => {
    const input = folder.file('in.ndjson', lines([{p: [1]}, {p: [2]}]));
    const shared = folder.file('shared.ndjson', lines([{Q: [[1]]}]));
    const args = ['solve', input, '-o', folder.file('out.ndjson'), '--resume', '-q', '--shared', shared];
    assert.equal((await run(...args)).code, 0);
    folder.file('shared.ndjson', lines([{Q: [[2]]}]));
    const later = Date.now() / 1000 + 10;
    utimesSync(shared, later, later);
    assert.equal((await run(...args)).code, 0);
    assert.deepEqual(
      folder.rows('out.ndjson').map(({x}) => x),
      [[-0.5], [-1]],
    );
    const link = folder.file('link.ndjson');
    symlinkSync(input, link);
    for (const [to, more] of [
      [input, []],
      [input, ['--resume']],
      [link, []],
      [shared, []],
    ] as const) {
      const {code, said} = await run('solve', input, '--shared', shared, '-o', to, '-q', ...more);
      assert.equal(code, 2);
      assert.include(said, 'name another output');
    }
    assert.lengthOf(folder.rows('in.ndjson'), 2);
  });
});
