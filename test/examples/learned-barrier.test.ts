/** @file The learned barrier of the safety filter: its derivatives, and that training makes it safe. */
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs';
import {barrier, untrained} from '../../examples/safety-filter/barrier-network.js';
import {BarrierTraining} from '../../examples/safety-filter/learned-barrier.js';
import {randomNumbers} from '../../examples/support/random.js';

describe('the learned barrier', () => {
  before(() => tf.setBackend('cpu'));

  it('has the derivatives of its h', () => {
    const random = randomNumbers(3);
    const weights = untrained(random);
    const h = (x: number, y: number) => barrier(weights, x, y, 0.2)[0];
    for (let i = 0; i < 20; i++) {
      const [x, y, step] = [random.normal(), random.normal(), 1e-4];
      const [, dx, dy] = barrier(weights, x, y, 0.2);
      assert.ok(Math.abs(dx - (h(x + step, y) - h(x - step, y)) / (2 * step)) < 1e-5);
      assert.ok(Math.abs(dy - (h(x, y + step) - h(x, y - step)) / (2 * step)) < 1e-5);
    }
  });

  it('comes closer to the driver at each of many steps', async () => {
    const training = new BarrierTraining(100, 1);
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) losses.push(await training.step());
    training.dispose();
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    assert.ok(mean(losses.slice(-5)) < 0.5 * mean(losses.slice(0, 5)), losses.join(', '));
  });
});
