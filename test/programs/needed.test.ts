/** @file The lines that a value needs, the states behind it, and runs without some of the outputs. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import '../../src/index.js';
import {loopWhile, Program, statesBehind, trace} from '../../src/programs/index.js';

describe('needed lines', () => {
  before(() => tf.setBackend('cpu'));

  /** x moves by m, m by k; w and v only watch, w through v. */
  const step = ([x, m, k, w, v]: tf.Tensor[]) => [
    tf.add(x, m),
    tf.mul(m, tf.sin(k)),
    tf.add(k, 1),
    tf.add(tf.exp(w), v),
    tf.maximum(v, tf.abs(x)),
  ];
  const start = () => [0.5, 2, 1, 0.25, 3].map((value) => tf.scalar(value));

  it('finds the states that x depends on through others', () => {
    const {graph} = trace(step, start());
    const states = [0, 1, 2, 3, 4].map((i) => ({input: i, output: i}));
    assert.deepEqual([...statesBehind(graph, states, [0])].sort(), [0, 1, 2]);
    assert.deepEqual([...statesBehind(graph, states, [2])], [2]);
    assert.deepEqual([...statesBehind(graph, states, [3])].sort(), [0, 1, 2, 3, 4]);
  });

  it('finds them through lines with several outputs, and through loops', () => {
    const example = () => [tf.tensor1d([1, 2]), tf.tensor1d([3, 4]), tf.tensor1d([5, 6])];
    const states = [0, 1, 2].map((i) => ({input: i, output: i}));
    const parts = ([x, y, z]: tf.Tensor[]) => [tf.mul(x, tf.split(y, 2)[1]), tf.exp(y), tf.sin(z)];
    assert.deepEqual([...statesBehind(trace(parts, example()).graph, states, [0])].sort(), [0, 1]);
    const loop = ([x, y, z]: tf.Tensor[]) => {
      const pass = ({v}: {v: tf.Tensor}) => ({state: {v: tf.mul(v, y)}, open: tf.less(v, 5)});
      return [loopWhile({v: x}, pass, {limit: 3}).v, y, z];
    };
    assert.deepEqual([...statesBehind(trace(loop, example()).graph, states, [0])].sort(), [0, 1]);
  });

  it('leaves out only the rare outputs', () => {
    const {graph} = trace(step, start());
    const program = new Program(graph, [0, 1, 2, 3, 4], [3, 4]);
    const set = (values: number[]) => values.forEach((value, i) => program.input(i).set([value]));
    const outputs = () => [0, 1, 2, 3, 4].map((i) => program.output(i)[0]);
    set([0.5, 2, 1, 0.25, 3]);
    program.run();
    const before = outputs();
    set([1, 3, 2, 0.5, 0.25]);
    program.run(false);
    assert.deepEqual(outputs().slice(0, 3), [4, 3 * Math.sin(2), 3]);
    assert.deepEqual(outputs().slice(3), before.slice(3));
    program.run();
    assert.closeTo(outputs()[3], Math.exp(0.5) + 0.25, 1e-15);
    assert.equal(outputs()[4], 1);
    program.dispose();
  });
});
