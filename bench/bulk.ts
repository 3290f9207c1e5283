/**
 * @file Many quadratic programs in a file: the rate and the memory of the command, compared with `solveQPAsync` on the same numbers in
 * memory. `npx tsx bench/bulk.ts --rows 1000000 --file FILE`, after `npm run build`; one thread each, in CPU time.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createWriteStream, existsSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as arrow from 'apache-arrow';
import seedrandom from 'seedrandom';
import {setThreads, solveQPAsync} from '../src/index.js';

const {values} = parseArgs({
  options: {
    rows: {type: 'string', default: '100000'},
    file: {type: 'string'},
    part: {type: 'string', default: '100000'},
  },
});
const [rows, part] = [Number(values.rows), Number(values.part)];
const file = values.file ?? join(tmpdir(), `tfjs-implicit-bulk-${process.pid}.arrow`);
const SIZE = 20;
const BATCH = 8192;
const COMMAND = new URL('../dist/cli/tfjs-implicit.js', import.meta.url).pathname;

const random = seedrandom('bulk');
const list = (length: number, f: (v: number) => number = (v) => v) =>
  Float32Array.from({length}, () => f(2 * random() - 1));
const L = Array.from({length: SIZE}, () => list(SIZE));
const Q = L.map((a, i) => L.map((b, j) => a.reduce((sum, v, k) => sum + v * b[k], Number(i === j))));
const G = Array.from({length: SIZE}, () => Array.from(list(SIZE)));

/** Some rows of p and h, the same for the same place. */
function numbersOf(from: number, count: number): {p: Float32Array; h: Float32Array} {
  const own = seedrandom.alea(`rows ${from}`);
  const draw = (f: (v: number) => number) =>
    Float32Array.from({length: count * SIZE}, () => f(2 * own() - 1));
  return {p: draw((v) => v), h: draw((v) => Math.abs(v) + 0.1)};
}

async function write(): Promise<void> {
  const numbers = new arrow.Float32();
  const type = new arrow.FixedSizeList(SIZE, new arrow.Field('item', numbers, false));
  const column = (data: Float32Array) =>
    arrow.makeData({
      type,
      length: data.length / SIZE,
      child: arrow.makeData({type: numbers, data}),
    } as never) as arrow.Data;
  const metadata = new Map([
    ['Q', JSON.stringify(Q)],
    ['G', JSON.stringify(G)],
  ]);
  const fields = [
    new arrow.Field('id', new arrow.Int32(), false),
    new arrow.Field('p', type, false),
    new arrow.Field('h', type, false),
  ];
  const schema = new arrow.Schema(fields, metadata);
  const writer = new arrow.RecordBatchFileWriter();
  const stream = writer.toNodeStream().pipe(createWriteStream(file));
  for (let from = 0; from < rows; from += BATCH) {
    const count = Math.min(BATCH, rows - from);
    const {p, h} = numbersOf(from, count);
    const id = arrow.makeData({
      type: new arrow.Int32(),
      data: Int32Array.from({length: count}, (_, i) => from + i),
    });
    const children = [id, column(p), column(h)] as arrow.Data[];
    writer.write(
      new arrow.RecordBatch(
        schema,
        arrow.makeData({type: new arrow.Struct(fields), length: count, children}),
      ),
    );
    await new Promise(setImmediate);
  }
  writer.finish();
  await once(stream, 'finish');
}

/** CPU seconds of the command from its start to its end, and its memory in MB. */
async function command(): Promise<{seconds: number; megabytes: number}> {
  const tell = `process.on('exit', () => console.log(JSON.stringify(process.resourceUsage())))`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, COMMAND, 'solve', file];
  const child = spawn(process.execPath, [...args, '-o', `${file}.solved.arrow`, '--threads', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (text: Buffer) => (printed += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`the command ended with ${code}`);
  const {userCPUTime, systemCPUTime, maxRSS} = JSON.parse(printed) as NodeJS.ResourceUsage;
  return {seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: maxRSS / 1024};
}

/** CPU seconds of `solveQPAsync` on as many of the rows. */
async function inMemory(count: number): Promise<number> {
  await tf.setBackend('cpu');
  setThreads(1);
  const p = new Float32Array(count * SIZE);
  const h = new Float32Array(count * SIZE);
  for (let from = 0; from < count; from += BATCH) {
    const own = numbersOf(from, Math.min(BATCH, count - from));
    p.set(own.p, from * SIZE);
    h.set(own.h, from * SIZE);
  }
  const start = process.cpuUsage();
  const result = await solveQPAsync({
    Q,
    G,
    p: tf.tensor2d(p, [count, SIZE]),
    h: tf.tensor2d(h, [count, SIZE]),
  });
  const {user, system} = process.cpuUsage(start);
  if ((await result.status.data()).some((status) => status !== 0)) throw new Error('not all are solved');
  return (user + system) / 1e6;
}

if (!existsSync(file)) await write();
const memory = [await inMemory(part)];
const {seconds, megabytes} = await command();
memory.push(await inMemory(part));
const [ours, theirs] = [rows / seconds, (2 * part) / (memory[0] + memory[1])];
console.log(
  `${rows} problems of ${SIZE} variables and ${SIZE} inequalities: ${Math.round(ours)} a CPU second from the file, ` +
    `${Math.round(theirs)} in memory (${(ours / theirs).toFixed(3)}); ${Math.round(megabytes)} MB`,
);
if (!values.file) [file, `${file}.solved.arrow`].forEach((path) => rmSync(path, {force: true}));
process.exit();
