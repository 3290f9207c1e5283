/** @file A page whose worker threads end: nothing is lost, and it is noticed at once, however long the work may take. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {setThreads, solveQP, solveQPAsync, type QPResult} from '../../src/index.js';
import {numbersIn, problemOf} from '../helpers/qp-batch.js';

/** Every worker that is started. */
const started: Worker[] = [];
const Original = globalThis.Worker;

/** @param code Is started in the place of this library's worker. */
function recordWorkers(code?: string): void {
  globalThis.Worker = class extends Original {
    constructor(url: string | URL, options?: WorkerOptions) {
      super(code ? new URL(code, import.meta.url) : url, options);
      started.push(this);
    }
  };
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

describe('worker threads of a page', () => {
  before(async () => {
    assert.isTrue(globalThis.crossOriginIsolated, 'the page is not isolated');
    await tf.setBackend('cpu');
  });

  afterEach(() => {
    globalThis.Worker = Original;
    setThreads(null);
  });

  /** What one thread computes, and the tensors there were before. */
  function begin(batch: number, n: number) {
    setThreads(1);
    started.length = 0;
    const before = tf.memory().numTensors;
    const problem = problemOf(batch, n);
    const expected = tf.tidy(() => solveQP(problem as never)) as QPResult;
    const values = numbersIn(expected);
    tf.dispose(expected as never);
    return {
      problem,
      check: (result: QPResult) => {
        assert.deepEqual(numbersIn(result), values);
        tf.dispose(result as never);
      },
      end: () => {
        tf.dispose(problem as never);
        assert.equal(tf.memory().numTensors, before);
      },
    };
  }

  it('share a batch, and may be ended by the page at any time', async () => {
    const {problem, check, end} = begin(24, 100);
    recordWorkers();
    setThreads(3);
    for (let k = 0; k < 3; k++) {
      let isKilled = false;
      const result = await solveQPAsync(problem as never, {
        onProgress({done}) {
          if (done < 4 + 6 * k || isKilled) return;
          isKilled = true;
          for (const worker of started) worker.terminate();
        },
      });
      assert.isTrue(isKilled);
      check(result);
      await pause(100);
    }
    // Others were started in their places.
    assert.isAbove(started.length, 2);
    end();
  });

  it('are missed when they end with samples that should take long', async () => {
    const {problem, check, end} = begin(4, 160);
    recordWorkers('./dying-worker.js');
    setThreads(2);
    check(await solveQPAsync(problem as never));
    assert.isAbove(started.length, 0);
    end();
  });
});
