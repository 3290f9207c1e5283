/** @file A batch on one thread: each sample once, in order; what belongs to a sample; how many threads may be asked for. */
import {assert} from 'chai';
import {setThreads} from '../../../src/index.js';
import {sampleOf, type BatchKernel} from '../../../src/kernels/contracts/batch-kernel.js';
import {runBatch} from '../../../src/kernels/threads/batch.js';
import {threads} from '../../../src/kernels/threads/pool.js';

describe('a batch on one thread', () => {
  beforeEach(() => setThreads(1));
  afterEach(() => setThreads(null));

  it('does each sample once, in order, and starts nothing for none', () => {
    for (const batch of [0, 1, 2, 7]) {
      const samples: number[] = [];
      let starts = 0;
      const kernel: BatchKernel<'out'> = {
        name: 'noting',
        start: (_dense, {arrays, parameters}) => {
          starts++;
          return (sample) => {
            samples.push(sample);
            arrays.out[sample] = parameters.first + sample;
          };
        },
      };
      const out = new Float32Array(batch + 1).fill(-1);
      runBatch(kernel, {arrays: {out}, parameters: {first: 10}}, ['out'], batch, 1e9);
      const expected = Array.from({length: batch}, (_, i) => i);
      assert.deepEqual(samples, expected);
      assert.deepEqual(Array.from(out), [...expected.map((i) => 10 + i), -1]);
      assert.equal(starts, Math.min(batch, 1));
    }
  });

  it('gives a sample its part, or what all share', () => {
    const array = Float32Array.of(1, 2, 3, 4, 5, 6);
    assert.deepEqual(Array.from(sampleOf(array, 1, 2)), [3, 4]);
    assert.deepEqual(Array.from(sampleOf(array, 2, 2, false)), [5, 6]);
    assert.deepEqual(Array.from(sampleOf(array, 2, 2, 0)), [5, 6]);
    for (const shared of [true, 1]) assert.strictEqual(sampleOf(array, 1, 6, shared), array);
    sampleOf(array, 0, 3)[2] = 9;
    assert.equal(array[2], 9);
  });

  it('takes as many threads as a positive integer says, and no other number', () => {
    for (const n of [1, 3, 100]) {
      setThreads(n);
      assert.equal(threads(), n);
    }
    for (const n of [0, -1, 1.5, 0.5, NaN, Infinity]) {
      assert.throws(() => setThreads(n), `setThreads: expected a positive integer or null, got ${n}.`);
      assert.equal(threads(), 100);
    }
  });
});
