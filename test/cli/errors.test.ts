/** @file Files that are cut off, damaged or of mixed shapes: the error names the row, and nothing half-written stays. */
import {readFileSync, rmSync, utimesSync} from 'node:fs';
import {assert} from 'chai';
import * as arrow from 'apache-arrow';
import * as fc from 'fast-check';
import {fixed, Folder, ipc, lines, problems, run} from './files.js';

const ROWS = 24;
const BATCH = 8;
const {Q, G, p, h} = problems(ROWS);
const file = ipc({p: fixed(p), h: fixed(h)}, {Q, G}, {batch: BATCH});
const stream = ipc({p: fixed(p), h: fixed(h)}, {Q, G}, {batch: BATCH, format: 'stream'});
const json = lines([{shared: {Q, G}}, ...p.map((row, i) => ({p: row, h: h[i]}))]);

/** Where each record batch ends, with the rows up to there; the first entry is the end of the schema. */
function ends(bytes: Uint8Array): {at: number; rows: number}[] {
  const found: {at: number; rows: number}[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const isFile = Buffer.from(bytes.subarray(0, 6)).toString() === 'ARROW1';
  // A file of apache-arrow has its schema at the end.
  if (isFile) found.push({at: 8, rows: 0});
  for (let at = isFile ? 8 : 0; view.getInt32(at + 4, true) > 0;) {
    const length = view.getInt32(at + 4, true);
    const message = arrow.Message.decode(bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length + message.bodyLength;
    found.push({at, rows: found.length * BATCH});
  }
  return found;
}

/** The stream, whose first record batch says that it is compressed. */
const compressed = ((): Uint8Array => {
  const [schema, batch] = [0, 1].map((i) => {
    const [from, to] = [i === 0 ? 0 : ends(stream)[i - 1].at, ends(stream)[i].at];
    return stream.subarray(from, to);
  });
  const length = new DataView(batch.buffer, batch.byteOffset).getInt32(4, true);
  const message = arrow.Message.decode(batch.subarray(8, 8 + length));
  const header = message.header() as object;
  Object.assign(header, {_compression: {type: 1, method: 0}});
  message.header = () => header as never;
  const metadata = arrow.Message.encode(message);
  const padded = new Uint8Array(8 + 8 * Math.ceil(metadata.length / 8));
  new Int32Array(padded.buffer, 0, 2).set([-1, padded.length - 8]);
  padded.set(metadata, 8);
  return Buffer.concat([schema, padded, batch.subarray(8 + length)]);
})();

describe('tfjs-implicit solve on what is not whole', () => {
  let folder: Folder;
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  /** The message; the output of an earlier run must stay as it was, and nothing else appear. */
  async function refusal(name: string, content: Uint8Array | string, ...more: string[]): Promise<string> {
    const input = folder.file(name, content);
    const out = folder.file('out.arrow', 'from before');
    // As if it were older than the input.
    utimesSync(out, 0, 0);
    const {code, said} = await run('solve', input, '-o', out, '-q', ...more);
    assert.equal(code, 1, said);
    assert.equal(readFileSync(out, 'utf8'), 'from before');
    rmSync(out);
    assert.deepEqual(folder.names(), [name]);
    rmSync(input);
    return said;
  }

  for (const [name, bytes] of Object.entries({'in.arrow': file, 'in.arrows': stream})) {
    it(`names the row where ${name} is cut off, wherever that is`, async () => {
      const places = ends(bytes);
      const isFile = name === 'in.arrow';
      // A stream may end after a whole record batch.
      const whole = new Set(isFile ? [] : places.map(({at}) => at));
      await fc.assert(
        fc.asyncProperty(fc.integer({min: places[0].at, max: bytes.length - 1}), async (cut) => {
          const last = places.at(-1)!;
          fc.pre(!whole.has(cut) && (isFile || cut < last.at));
          const said = await refusal(name, bytes.subarray(0, cut), ...(cut % 2 ? ['--resume'] : []));
          const before = places.filter(({at}) => at <= cut).at(-1)!;
          assert.include(said, `row ${before.rows}: the input is truncated`);
        }),
        {numRuns: 25, endOnFailure: true},
      );
    });
  }

  it('names the row and the line where JSON is cut off or damaged', async () => {
    const cut = await refusal('in.ndjson', json.slice(0, json.length - 7));
    assert.match(cut, /row 23 \(line 25\): not JSON, or cut off/);
    const damaged = await refusal(
      'in.ndjson',
      json.replace(/\n/g, '\n\n').replaceAll('}\n', (end, at) => (at > 1500 ? ']\n' : end)),
    );
    assert.match(damaged, /row \d+ \(line \d+\): not JSON/);
  });

  it('never takes damaged bytes for an answer: an error with a row, or all rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({min: 0, max: file.length - 1}),
        fc.integer({min: 1, max: 255}),
        async (at, change) => {
          const bytes = file.slice();
          bytes[at] ^= change;
          const out = folder.file('out.ndjson');
          const {code, said} = await run('solve', folder.file('in.arrow', bytes), '-o', out, '-q');
          // A byte of a number, of padding or of a name may change and leave a file that is whole.
          if (code === 0) assert.lengthOf(folder.rows('out.ndjson'), ROWS);
          else assert.match(said, /row \d+|shared|no column|metadata|neither/);
          if (code === 0) rmSync(out);
          assert.deepEqual(folder.names(), ['in.arrow']);
        },
      ),
      {numRuns: 40, endOnFailure: true},
    );
  });

  it('names the row of another shape', async () => {
    const rows = p.map((row, i) => ({p: i === 17 ? [...row, 1] : row, h: h[i]}));
    const text = await refusal('in.ndjson', lines([{shared: {Q, G}}, ...rows]));
    assert.include(text, 'row 17 (line 19): p has 5 numbers; that of the first row has 4');
    // As many numbers, but 2 × 3 instead of 3 × 2.
    const matrix = [1, 1].map((value) => [1, 0, value]);
    const matrices = [matrix[0].map((_, j) => matrix.map((row) => row[j])), matrix].map((its) => ({
      ...{p: [1, 1], h: [1, 1, 1], Q: [1, 0, 0, 1], G: its},
    }));
    assert.include(
      await refusal('in.ndjson', lines(matrices)),
      'row 1 (line 2): G has 2 × 3 numbers; that of the first row has 3 × 2',
    );
    const numbers = new arrow.List(new arrow.Field('item', new arrow.Float32()));
    const mixed = arrow.vectorFromArray(
      rows.map((row) => row.p),
      numbers,
    );
    assert.include(
      await refusal('in.arrow', ipc({p: mixed, h: fixed(h)}, {Q, G})),
      'row 17: p has a list of 5 entries',
    );
    const whole = [...p.slice(0, BATCH), ...p.slice(BATCH).map((row) => row.slice(1))];
    const later = arrow.vectorFromArray(whole, numbers);
    const said = await refusal('in.arrow', ipc({p: later, h: fixed(h)}, {Q, G}, {batch: BATCH}));
    assert.include(said, `row ${BATCH}`);
  });

  it('names the row without a value, and the column that is missing or of another type', async () => {
    const numbers = new arrow.List(new arrow.Field('item', new arrow.Float32()));
    const holes = arrow.vectorFromArray(
      p.map((row, i) => (i === 9 ? null : row)),
      numbers,
    );
    assert.include(await refusal('in.arrow', ipc({p: holes, h: fixed(h)}, {Q, G})), 'row 9: p has no value');
    const inner = arrow.vectorFromArray(
      p.map((row, i) => (i === 10 ? [1, null, 2, 3] : row)),
      numbers,
    );
    assert.include(await refusal('in.arrow', ipc({p: inner, h: fixed(h)}, {Q, G})), 'row 10: p has no value');
    const words = arrow.vectorFromArray(
      p.map((row) => row.map(String)),
      new arrow.List(new arrow.Field('item', new arrow.Utf8())),
    );
    assert.include(
      await refusal('in.arrow', ipc({p: words, h: fixed(h)}, {Q, G})),
      'p must hold lists of numbers',
    );
    assert.include(await refusal('in.arrow', ipc({p: fixed(p)}, {Q, G})), 'G, but no h');
    assert.include(await refusal('in.arrow', ipc({p: fixed(p)}, {})), 'no column Q');
    assert.include(await refusal('in.arrow', ipc({p: fixed(p)}, {Q: [[1, 2]]})), 'expected [4,4]');
    assert.include(
      await refusal('in.ndjson', lines([{p: p[0], Q}, {p: p[1]}])),
      'row 1 (line 2): Q is missing',
    );
    assert.include(
      await refusal('in.arrows', compressed),
      'row 0: the input is compressed: write it with compression="uncompressed"',
    );
    assert.include(await refusal('in.txt', 'id;p\n'), 'neither Arrow IPC nor');
    assert.include(await refusal('in.arrow', ''), 'is empty');
  });

  it('names a part that has no gradient, and what to write instead of a dictionary that changes', async () => {
    const input = folder.file('in.ndjson', lines([{Q: [[1]], p: [1], w: [1]}]));
    const gradients = ['--cotangent', 'w', '--gradients', 'p,A'];
    const {code, said} = await run('solve', input, '-o', folder.file('out.ndjson'), '-q', ...gradients);
    assert.equal(code, 2);
    assert.include(said, '--gradients names A');
    assert.notInclude(said, ' at ');

    const word = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 7);
    const writer = new arrow.RecordBatchStreamWriter();
    for (const text of ['one', 'two'])
      writer.write(
        new arrow.Table({Q: fixed([[1]]), p: fixed([[1]]), word: arrow.vectorFromArray([text], word)})
          .batches[0],
      );
    writer.finish();
    const changing = folder.file('in.arrows', writer.toUint8Array(true));
    const refused = await run('solve', changing, '-o', folder.file('out.arrow'), '-q');
    assert.equal(refused.code, 2, refused.said);
    assert.include(refused.said, 'the dictionary of word changes');
    assert.include(refused.said, '.arrows');
    for (const end of ['arrows', 'ndjson'])
      assert.equal((await run('solve', changing, '-o', folder.file(`out.${end}`), '-q')).code, 0);
    assert.deepEqual(
      folder.rows('out.ndjson').map((row) => row.word),
      ['one', 'two'],
    );
    assert.deepEqual(Array.from(folder.table('out.arrows').getChild('word')!), ['one', 'two']);
    assert.deepEqual(folder.names(), ['in.arrows', 'in.ndjson', 'out.arrows', 'out.ndjson']);
  });

  it('exits with 2 if the options are wrong', async () => {
    const input = folder.file('in.ndjson', json);
    for (const args of [
      ['solve', input],
      ['solve', '--stdin', input, '--stdout'],
      ['solve', input, '-o', folder.file('no/such/folder.arrow'), '-q'],
      ['solve', folder.file('none.arrow'), '-o', folder.file('out.arrow')],
      ['solve', input, '--stdout', '--resume'],
      ['solve', input, '--stdout', '--gradients', 'p'],
    ]) {
      assert.equal((await run(...args)).code, 2, args.join(' '));
    }
    assert.deepEqual(folder.names(), ['in.ndjson']);
  });
});
