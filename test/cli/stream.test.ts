/** @file The command as a child process: it answers each record batch before the next one has to come, and ends at once when it is interrupted. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync} from 'node:fs';
import {setTimeout as wait} from 'node:timers/promises';
import * as arrow from 'apache-arrow';
import {assert} from 'chai';
import {bundled} from '../helpers/bundled.js';
import {fixed, Folder, ipc, lines, listsOf, problems} from './files.js';

const MAIN = bundled('cli-stream', `import './cli/main.js';`);

const start = (...args: string[]) =>
  spawn(process.execPath, [MAIN, ...args, '-q', '--threads', '1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

describe('tfjs-implicit as a child process', () => {
  it('answers each record batch of a stream before the next one has to come', async () => {
    const {Q, G, p, h} = problems(24);
    const messages = splitMessages(ipc({p: fixed(p), h: fixed(h)}, {Q, G}, {batch: 8, format: 'stream'}));
    const child = start('solve', '--stdin', '--stdout');
    const exited = once(child, 'exit') as Promise<[number]>;
    child.stdin.write(messages[0]);
    child.stdin.write(messages[1]);
    let answered = 0;
    for await (const batch of await arrow.RecordBatchReader.from(child.stdout)) {
      assert.equal(batch.numRows, 8);
      assert.lengthOf(listsOf(new arrow.Table([batch]), 'x'), 8);
      answered++;
      // Only now the next one is sent.
      if (answered < 3) child.stdin.write(messages[answered + 1]);
      else child.stdin.end(messages[4]);
    }
    assert.equal(answered, 3);
    assert.deepEqual((await exited)[0], 0);
  });

  it('answers a record batch without rows by one without rows', async () => {
    const {Q, G, p, h} = problems(8);
    const of = (count: number) => {
      const columns = {p: fixed(p), h: fixed(h)};
      const whole = splitMessages(ipc(columns, {Q, G}, {format: 'stream'}));
      if (count > 0) return whole;
      const table = arrow.tableFromIPC(Buffer.concat(whole));
      const none = new arrow.RecordBatch(table.schema, arrow.makeData({type: new arrow.Struct(table.schema.fields), length: 0, children: table.batches[0].data.children.map((child) => child.slice(0, 0))})); // prettier-ignore
      return splitMessages(arrow.tableToIPC(new arrow.Table([none]), 'stream'));
    };
    const [schema, rows] = of(8);
    const [, none, end] = of(0);
    const child = start('solve', '--stdin', '--stdout');
    const exited = once(child, 'exit') as Promise<[number]>;
    const rest = [rows, none, none, rows, end];
    child.stdin.write(schema);
    child.stdin.write(none);
    const answers: number[] = [];
    for await (const batch of await arrow.RecordBatchReader.from(child.stdout)) {
      answers.push(batch.numRows);
      assert.lengthOf(listsOf(new arrow.Table([batch]), 'x'), batch.numRows);
      const next = rest.shift()!;
      if (next === end) child.stdin.end(end);
      else child.stdin.write(next);
    }
    assert.deepEqual(answers, [0, 8, 0, 0, 8]);
    assert.equal((await exited)[0], 0);
  });

  for (const format of ['arrows', 'ndjson'] as const)
    it(`ends when it is asked to while nothing comes (${format})`, async () => {
      const {Q, G, p, h} = problems(8);
      const child = start('solve', '--stdin', '--stdout');
      const exited = once(child, 'exit') as Promise<[number]>;
      const answered = once(child.stdout, 'data');
      if (format === 'ndjson') child.stdin.write(lines([{Q, G, p: p[0], h: h[0]}]));
      else {
        const bytes = ipc({p: fixed(p), h: fixed(h)}, {Q, G}, {format: 'stream'});
        for (const message of splitMessages(bytes).slice(0, 2)) child.stdin.write(message);
      }
      await answered;
      child.kill('SIGTERM');
      assert.equal((await exited)[0], 130);
    });

  it('leaves no output and exits with 130 when it is interrupted', async () => {
    const folder = new Folder();
    try {
      const {Q, G, p, h} = problems(3000, 20, 20);
      const input = folder.file('in.arrow', ipc({p: fixed(p), h: fixed(h)}, {Q, G}, {batch: 100}));
      const child = start('solve', input, '-o', folder.file('out.arrow'));
      const exited = once(child, 'exit') as Promise<[number]>;
      while (folder.names().length < 2) {
        assert.isNull(child.exitCode, 'it ended before it could be interrupted');
        await wait(20);
      }
      child.kill('SIGINT');
      assert.equal((await exited)[0], 130);
      assert.isFalse(existsSync(folder.file('out.arrow')));
      assert.deepEqual(folder.names(), ['in.arrow']);
    } finally {
      folder.remove();
    }
  });
});

/** The messages of a stream: the schema, the record batches, the end. */
function splitMessages(bytes: Uint8Array): Uint8Array[] {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const metadata = words.getInt32(at + 4, true);
    let next = at + 8 + metadata;
    if (metadata > 0) {
      const message = arrow.Message.decode(bytes.subarray(at + 8, next));
      next += Number(message.bodyLength);
    }
    found.push(bytes.subarray(at, next));
    at = next;
  }
  return found;
}
