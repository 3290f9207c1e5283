/** @file `tfjs-implicit solve`: every format gives the numbers of `solveQP`, whatever the chunks, with everything else carried through. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import * as arrow from 'apache-arrow';
import {assert} from 'chai';
import {solveQP} from '../../src/index.js';
import {fixed, Folder, ipc, lines, listsOf, problems, run} from './files.js';

const ROWS = 21;
const {Q, G, p, h, n} = problems(ROWS);
const ids = Array.from({length: ROWS}, (_, i) => i);
const tags = ids.map((i) => (i % 3 === 1 ? null : `row ${i}`));
const extra = {
  id: arrow.vectorFromArray(ids, new arrow.Int32()),
  tag: arrow.vectorFromArray(tags, new arrow.Utf8()),
  odd: arrow.vectorFromArray(
    ids.map((i) => i % 2 === 1),
    new arrow.Bool(),
  ),
  notes: arrow.vectorFromArray(
    ids.map((i) => Array.from({length: i % 3}, (_, j) => i + j)),
    new arrow.List(new arrow.Field('item', new arrow.Int32())),
  ),
};
const flat = (rows: number[][]) => rows.flat();
const each = <T>(value: T) => ids.map(() => value);

describe('tfjs-implicit solve', () => {
  let folder: Folder;
  let x: number[][];

  before(async () => {
    await tf.setBackend('cpu');
    x = tf.tidy(() =>
      solveQP({Q: tf.tensor(Q), p: tf.tensor(p), G: tf.tensor(G), h: tf.tensor(h)}).x.arraySync(),
    ) as number[][];
  });
  beforeEach(() => (folder = new Folder()));
  afterEach(() => folder.remove());

  const inputs: Record<string, () => [string, Uint8Array | string]> = {
    'a file, what is shared in the metadata': () => [
      'in.arrow',
      ipc({...extra, p: fixed(p), h: fixed(h)}, {Q, G}),
    ],
    'a stream': () => ['in.arrows', ipc({...extra, p: fixed(p), h: fixed(h)}, {Q, G}, {format: 'stream'})],
    'a file, every matrix in its row, double precision': () => [
      'in.arrow',
      ipc({
        ...extra,
        ...{p: fixed(p, new arrow.Float64()), h: fixed(h, new arrow.Float64())},
        ...{Q: fixed(each(flat(Q)), new arrow.Float64()), G: fixed(each(flat(G)), new arrow.Float64())},
      }),
    ],
    'lists of variable length, nested': () => {
      const numbers = new arrow.List(new arrow.Field('item', new arrow.Float32()));
      const matrix = new arrow.List(new arrow.Field('item', numbers));
      return [
        'in.arrow',
        ipc({
          ...extra,
          ...{p: arrow.vectorFromArray(p, numbers), h: arrow.vectorFromArray(h, numbers)},
          ...{Q: arrow.vectorFromArray(each(Q), matrix), G: arrow.vectorFromArray(each(G), matrix)},
        }),
      ];
    },
    'JSON, the first line shared': () => [
      'in.ndjson',
      lines([{shared: {Q, G}}, ...ids.map((i) => ({id: i, tag: tags[i], p: p[i], h: h[i]}))]),
    ],
    'JSON, every matrix in its row': () => [
      'in.jsonl',
      lines(ids.map((i) => ({id: i, tag: tags[i], Q, G: G.flat(), p: p[i], h: h[i]}))),
    ],
  };

  for (const [name, make] of Object.entries(inputs)) {
    it(`solves ${name}`, async () => {
      const input = folder.file(...make());
      for (const [out, chunk] of [
        ['out.arrow', '4096'],
        ['out.arrows', '5'],
        ['out.ndjson', '3'],
      ]) {
        const {code, said} = await run(
          'solve',
          input,
          '--out',
          folder.file(out),
          '--chunk',
          chunk,
          '--quiet',
        );
        assert.equal(code, 0, said);
        const isText = out.endsWith('.ndjson');
        const rows = isText
          ? folder.rows(out)
          : folder
              .table(out)
              .toArray()
              .map((row) => (row as arrow.StructRow).toJSON() as Record<string, unknown>);
        assert.deepEqual(
          rows.map((row) => row.id),
          ids,
        );
        assert.deepEqual(
          rows.map((row) => row.tag),
          tags,
        );
        assert.deepEqual(
          rows.map((row) => Array.from(row.x as number[])),
          x,
        );
        assert.deepEqual(
          rows.map((row) => row.status),
          each(0),
        );
        assert.notProperty(rows[0], 'p');
        if (input.endsWith('.arrow') && !isText) {
          assert.deepEqual(
            rows.map((row) => row.odd),
            ids.map((i) => i % 2 === 1),
          );
          const notes = rows.map((row) => Array.from(row.notes as Iterable<number>));
          assert.deepEqual(
            notes,
            ids.map((i) => Array.from({length: i % 3}, (_, j) => i + j)),
          );
        }
      }
      assert.deepEqual(
        folder.names(),
        [input.split('/').at(-1)!, 'out.arrow', 'out.arrows', 'out.ndjson'].sort(),
      );
    });
  }

  it('takes what all rows share from a file with one row, and bounds', async () => {
    const input = folder.file('in.ndjson', lines(p.map((row) => ({p: row}))));
    const shared = folder.file(
      'shared.ndjson',
      lines([{Q, lower: each(0).slice(0, n), upper: Array(n).fill('Infinity')}]),
    );
    const out = folder.file('out.arrow');
    assert.equal((await run('solve', input, '--shared', shared, '-o', out, '-q')).code, 0);
    const expected = tf.tidy(() =>
      solveQP({Q: tf.tensor(Q), p: tf.tensor(p), lower: tf.zeros([n])}).x.arraySync(),
    );
    const table = folder.table('out.arrow');
    assert.deepEqual(listsOf(table, 'x'), expected as number[][]);
    assert.includeMembers(
      table.schema.fields.map(({name}) => name),
      ['lowerDual', 'upperDual', 'residual'],
    );
  });

  it('passes over record batches without rows', async () => {
    const numbers = new arrow.List(new arrow.Field('item', new arrow.Int64()));
    const whole = (rows: number[][]) =>
      arrow.vectorFromArray(
        rows.map((row) => row.map(BigInt)),
        numbers,
      );
    const batchOf = (rows: number) =>
      new arrow.Table({
        Q: whole([[1, 0, 0, 1]]),
        p: whole([[1, 2]]),
        id: arrow.vectorFromArray([1], new arrow.Int32()),
      }).slice(0, rows);
    for (const counts of [[0, 1, 0, 1], [0], [1, 0]]) {
      const writer = new arrow.RecordBatchStreamWriter();
      const {schema} = batchOf(1);
      for (const rows of counts) {
        const [batch] = batchOf(rows).batches;
        writer.write(rows > 0 ? batch : emptyOf(schema));
      }
      writer.finish();
      const input = folder.file('in.arrows', writer.toUint8Array(true));
      const {code, said} = await run('solve', input, '-o', folder.file('out.arrow'), '-q');
      assert.equal(code, 0, said);
      const table = folder.table('out.arrow');
      const solved = counts.filter((rows) => rows > 0);
      assert.equal(table.numRows, solved.length);
      assert.equal(table.schema.fields[0].name, 'id');
      if (solved.length > 0)
        assert.deepEqual(
          listsOf(table, 'x'),
          solved.map(() => [-1, -2]),
        );
    }
    // Lists of a fixed size tell the columns of results without a row.
    const {schema} = arrow.tableFromIPC(ipc({p: fixed(p), h: fixed(h)}));
    const writer = new arrow.RecordBatchStreamWriter();
    writer.write(
      emptyOf(
        new arrow.Schema(
          schema.fields,
          new Map(Object.entries({Q: JSON.stringify(Q), G: JSON.stringify(G)})),
        ),
      ),
    );
    writer.finish();
    const input = folder.file('in.arrows', writer.toUint8Array(true));
    const {code, said} = await run('solve', input, '-o', folder.file('out.arrow'), '-q');
    assert.equal(code, 0, said);
    assert.includeMembers(
      folder.table('out.arrow').schema.fields.map(({name}) => name),
      ['x', 'status'],
    );
  });

  it('takes constraints without rows', async () => {
    const row = {
      Q: [
        [1, 0],
        [0, 1],
      ],
      p: [-1, 2],
      G: [],
      h: [],
      A: [],
      b: [],
      w: [1, 0],
    };
    const input = folder.file('in.ndjson', lines([row, row]));
    for (const out of ['out.ndjson', 'out.arrow']) {
      const {code, said} = await run('solve', input, '-o', folder.file(out), '-q', '--cotangent', 'w');
      assert.equal(code, 0, said);
    }
    const [{x, grad_p}] = folder.rows('out.ndjson');
    assert.deepEqual(
      [x, grad_p],
      [
        [1, -2],
        [-1, 0],
      ],
    );
    const table = folder.table('out.arrow');
    assert.deepEqual(listsOf(table, 'x'), [
      [1, -2],
      [1, -2],
    ]);
    assert.notIncludeMembers(
      table.schema.fields.map(({name}) => name),
      ['grad_G', 'ineqDual'],
    );
  });

  it('gives gradients for a cotangent, and sums of those of what all rows share', async () => {
    const w = p.map((row) => row.map((v) => Math.fround(1 - v)));
    const input = folder.file('in.arrow', ipc({p: fixed(p), h: fixed(h), w: fixed(w)}, {Q, G}));
    const [out, file] = [folder.file('out.arrow'), folder.file('sums.json')];
    const {code, said} = await run(
      'solve',
      input,
      '-o',
      out,
      '--cotangent',
      'w',
      '--gradient-sums',
      file,
      '--chunk',
      '4',
      '-q',
    );
    assert.equal(code, 0, said);
    const expected = tf.tidy(() => {
      const loss = (...[q, c, g, d]: tf.Tensor[]) => tf.sum(tf.mul(solveQP({Q: q, p: c, G: g, h: d}).x, w));
      return tf
        .grads(loss)([Q, p, G, h].map((value) => tf.tensor(value)))
        .map((gradient) => gradient.arraySync());
    }) as number[][][];
    const table = folder.table('out.arrow');
    assert.isBelow(distance(listsOf(table, 'grad_p'), expected[1]), 1e-6);
    assert.isBelow(distance(listsOf(table, 'grad_h'), expected[3]), 1e-6);
    const [sums] = folder.rows('sums.json') as unknown as {Q: number[]; G: number[]; rows: number}[];
    assert.equal(sums.rows, ROWS);
    assert.isBelow(distance([sums.Q], [expected[0].flat()]), 1e-5);
    assert.isBelow(distance([sums.G], [expected[2].flat()]), 1e-5);
  });

  it('writes lists of numbers in JSON as lists in Arrow, so that the output can be solved again', async () => {
    const rows = p.map((row, i) => ({
      ...{
        Q,
        G: G.flat(),
        p: row,
        h: h[i],
        w: row.map((v) => v / 3),
        lower: Array<string>(n).fill('-Infinity'),
      },
      ...{ragged: Array.from({length: i % 3}, (_, j) => j + 0.1), matrix: [[i], []]},
    }));
    const input = folder.file('in.ndjson', lines(rows));
    const args = ['-q', '--keep-problem', '--cotangent', 'w', '--chunk', '4'];
    const [once, twice] = [folder.file('once.arrow'), folder.file('twice.arrow')];
    const {code, said} = await run('solve', input, '-o', once, ...args);
    assert.equal(code, 0, said);
    const table = folder.table('once.arrow');
    assert.deepEqual(
      listsOf(table, 'w'),
      rows.map(({w}) => w),
    );
    assert.deepEqual(
      listsOf(table, 'ragged'),
      rows.map(({ragged}) => ragged),
    );
    assert.equal(table.getChild('matrix')!.get(1), '[[1],[]]');
    assert.equal((await run('solve', once, '-o', twice, ...args, '--prefix', 's_')).code, 0);
    for (const name of ['x', 'grad_Q', 'grad_p'])
      assert.deepEqual(listsOf(folder.table('twice.arrow'), `s_${name}`), listsOf(table, name));
  });

  it('has a status for each row, and exit codes by policy', async () => {
    const bad = [
      {p: [1, 1], h: [0, -1]},
      {p: [1, 1], h: [1, 1]},
      {p: ['NaN', 1], h: [1, 1]},
    ];
    const shared = {
      Q: [
        [1, 0],
        [0, 1],
      ],
      G: [
        [1, 0],
        [-1, 0],
      ],
    };
    const input = folder.file('in.ndjson', lines([{shared}, ...bad]));
    const out = folder.file('out.ndjson');
    const policies: [string[], number][] = [
      [[], 0],
      [['--fail-on', 'any'], 3],
      [['--fail-on', 'unbounded,limit'], 0],
      [['--fail-on', 'infeasible'], 3],
    ];
    for (const [policy, code] of policies) {
      // With one row a chunk, a chunk may have invalid rows only.
      const {code: got, said} = await run('solve', input, '-o', out, '-q', '--chunk', '1', ...policy);
      assert.equal(got, code, said);
      assert.deepEqual(
        folder.rows('out.ndjson').map((row) => row.status),
        [1, 0, 5],
      );
    }
    const {said} = await run('inspect', out);
    assert.include(said, '3 rows');
    assert.include(said, '1 solved, 1 infeasible, 1 invalid');
  });

  it('inspects files whose column status is something else, and tells sizes and statuses of one that has both', async () => {
    const row = {Q: [[1]], p: [1], G: [[1]], h: [1]};
    for (const status of ['done', 200, null, [1]]) {
      const {code, said} = await run('inspect', folder.file('in.ndjson', lines([{...row, status}])));
      assert.equal(code, 0, said);
      assert.include(said, 'n = 1 variables, m = 1 inequalities');
      assert.notInclude(said, 'residual of');
    }
    const input = folder.file('in.ndjson', lines([row]));
    for (const end of ['arrow', 'ndjson']) {
      const out = folder.file(`out.${end}`);
      assert.equal((await run('solve', input, '-o', out, '-q', '--keep-problem')).code, 0);
      const {code, said} = await run('inspect', out);
      assert.equal(code, 0, said);
      assert.include(said, '1 solved; the largest residual');
      assert.include(said, 'n = 1 variables, m = 1 inequalities');
    }
  });

  it('refuses a column that a result would overwrite, unless a prefix is given', async () => {
    const input = folder.file('in.ndjson', lines([{Q: [[1]], p: [1], x: 'mine'}]));
    const refused = await run('solve', input, '-o', folder.file('out.ndjson'), '-q');
    assert.equal(refused.code, 2);
    assert.include(refused.said, '--prefix');
    assert.equal(
      (await run('solve', input, '-o', folder.file('out.ndjson'), '-q', '--prefix', 's_')).code,
      0,
    );
    const [row] = folder.rows('out.ndjson');
    assert.deepEqual([row.x, row.s_x], ['mine', [-1]]);
  });
});

function distance(a: number[][], b: number[][]): number {
  return Math.max(...a.flatMap((row, i) => row.map((value, j) => Math.abs(value - b[i][j]))));
}

/** A record batch without rows, with the children that its lists must have. */
function emptyOf(schema: arrow.Schema): arrow.RecordBatch {
  const dataOf = (type: arrow.DataType): arrow.Data => {
    const [child] = (type.children as arrow.Field[] | null) ?? [];
    return arrow.makeData({
      type,
      length: 0,
      nullCount: 0,
      ...(child && {child: dataOf(child.type as arrow.DataType)}),
    } as never);
  };
  const children = schema.fields.map(({type}) => dataOf(type as arrow.DataType));
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(schema, arrow.makeData({type, length: 0, nullCount: 0, children}));
}
