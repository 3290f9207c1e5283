/** @file Messages end with links to pages of docs, and these exist, with their headings. */
import {existsSync, readdirSync, readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {convex, layers, linalg, solveQP, solveQPAsync, solvers, sparseMatrix} from '../../src/index.js';
import '../helpers/backends.js';

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const {repository} = JSON.parse(read('package.json')) as {repository: {url: string}};
const PAGES = `${repository.url.replace(/^git\+|\.git$/g, '')}/blob/main/docs/`;
const LINK = new RegExp(`(?:^| )See ${PAGES.replaceAll('.', '\\.')}([\\w/-]+)\\.md(?:#([\\w-]+))?$`, 'm');

/** The anchors that GitHub gives to the headings of a page. */
function anchorsOf(page: string): string[] {
  const text = read(`docs/${page}.md`).replaceAll(/^```[^]*?^```$/gm, '');
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

function isThere(page: string, anchor: string | undefined, where: string): void {
  assert.isTrue(existsSync(new URL(`docs/${page}.md`, root)), `${where}: there is no page ${page}`);
  if (anchor !== undefined) assert.include(anchorsOf(page), anchor, `${where}: ${page}`);
}

describe('links in messages', () => {
  it('lead to pages and headings that exist', () => {
    const files = readdirSync(new URL('src/', root), {recursive: true}) as string[];
    let count = 0;
    for (const file of files.filter((name) => name.endsWith('.ts'))) {
      for (const [, target] of read(`src/${file}`).matchAll(/(?:\bsee\(|\bpage(?:: | = ))'([^']+)'/g)) {
        count++;
        const [page, anchor] = target.split('#');
        isThere(page, anchor, file);
      }
    }
    assert.isAbove(count, 10);
  });

  const [Q, p] = [
    [
      [1, 0],
      [0, 1],
    ],
    [0, 0],
  ];
  const qp = (problem: object, options: object = {}) =>
    solveQP({Q, p, ...problem} as never, {onFailure: 'throw', ...options});
  const FAILURES: Record<string, () => unknown> = {
    'wrong shape': () => qp({G: [[1, 2, 3]], h: [1]}),
    'batches that do not fit': () => qp({p: [p, p], G: tf.ones([3, 1, 2]), h: [1]}),
    NaN: () => qp({p: [0, NaN]}),
    infeasible: () => qp({lower: [1, 0], upper: [0, 1]}),
    unbounded: () => qp({Q: tf.zeros([2, 2]), p: [1, 0]}),
    'not positive semidefinite': () => qp({Q: [[1, 2], [2, 1]]}), // prettier-ignore
    'unknown option': () => qp({}, {tol: 1}),
    'unknown input': () => qp({g: [[1, 1]]}),
    'unknown argument of a layer': () => layers.qp({size: 2} as never),
    'a layer with another input': () => {
      const layer = layers.qp({inequalities: 1});
      tf.tidy(() => void layer.apply(tf.zeros([1, 2])));
      layer.apply(tf.zeros([1, 3]));
    },
    'singular matrix': () => linalg.solve(tf.zeros([2, 2]), tf.ones([2])),
    'matrix with NaN': () => linalg.cholesky([[NaN]]),
    'sparse matrix where it may not be': () => {
      const matrix = sparseMatrix({shape: [2, 2], rows: [0], columns: [0], values: [1]});
      return new solvers.OSQP().run(null, {Q: matrix, p: tf.zeros([1, 2])} as never);
    },
    'a problem that is not convex': () => {
      const x = convex.variable('x');
      return convex.problem({minimize: convex.log(x), subjectTo: []});
    },
    'asynchronous, while a gradient is recorded': () =>
      tf.grad((x: tf.Tensor) => {
        failed = solveQPAsync({Q, p: x} as never);
        return tf.sum(x);
      })(tf.zeros([2])),
  };
  let failed: Promise<unknown> | null = null;

  before(async () => {
    await tf.setBackend('cpu');
    await tf.ready();
  });

  for (const [name, fail] of Object.entries(FAILURES)) {
    it(`${name}: the message ends with one`, async () => {
      failed = null;
      let message = '';
      try {
        fail();
        await (failed as Promise<unknown> | null);
      } catch (error) {
        ({message} = error as Error);
      }
      assert.match(message, LINK);
      const [, page, anchor] = LINK.exec(message)!;
      isThere(page, anchor, name);
    });
  }
});
