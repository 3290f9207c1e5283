/** @file Programs that use what an earlier program prepared: they compute what a fresh one computes, and two never share it. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {registerHostKernel} from '../../src/kernels/backends/host-kernel.js';
import {HOST_BACKENDS, takeArrays} from '../../src/kernels/index.js';
import {fingerprint} from '../../src/programs/fingerprint.js';
import type {Graph} from '../../src/programs/graph.js';
import {Program, trace} from '../../src/programs/index.js';
import {forgetPrepared} from '../../src/programs/kept.js';
import {describeBackends} from '../helpers/backends.js';
import {expectNoLeak} from '../helpers/expect.js';
import {memoriesOf} from '../helpers/programs.js';

const FLAG = 'IMPLICIT_PROGRAM_BYTES';

function graphOf(f: (xs: tf.Tensor[]) => tf.Tensor[], sizes: number[] = [3]): Graph {
  return tf.tidy(() => {
    const examples = sizes.map((size) => tf.ones([size]));
    return trace(f, examples).graph as never;
  }) as unknown as Graph;
}

/** The output for an input, of a program that is disposed of. */
function outcome(graph: Graph, input: number[]): number[] {
  const program = new Program(graph, [0]);
  try {
    program.input(0).set(input);
    program.run();
    return [...program.output(0)];
  } finally {
    program.dispose();
  }
}

const keyOf = (graph: Graph, fast = [0], rare: number[] = []) => fingerprint(graph, fast, rare);

/** Where the values of a program lie, as long as nobody else has them. */
const placeOf = (program: Program) => program.input(0);

describeBackends('kept programs', () => {
  beforeEach(forgetPrepared);

  it('are used again by the same function, with its own constants', () =>
    expectNoLeak(() => {
      const scaled = (factor: number) =>
        graphOf(([x]) => [tf.mul(x, tf.add(tf.sqrt(tf.scalar(factor)), tf.tensor1d([0, factor, 1])))]);
      const first = new Program(scaled(4), [0]);
      const place = placeOf(first);
      first.dispose();
      const second = new Program(scaled(9), [0]);
      assert.equal(placeOf(second), place);
      second.input(0).set([1, 2, 3]);
      second.run();
      assert.deepEqual([...second.output(0)], [3, 24, 12]);
      second.dispose();
      assert.deepEqual(outcome(scaled(4), [1, 2, 3]), [2, 12, 9]);
      assert.deepEqual(outcome(scaled(4), [1, 1, 1]), [2, 6, 3]);
    }));

  it('distinguish −0 and NaN among constants', () => {
    const inverse = (value: number) => graphOf(([x]) => [tf.div(x, tf.scalar(value))]);
    assert.deepEqual(outcome(inverse(0), [1, 2, 3]), [Infinity, Infinity, Infinity]);
    assert.deepEqual(outcome(inverse(-0), [1, 2, 3]), [-Infinity, -Infinity, -Infinity]);
    assert.deepEqual(outcome(inverse(NaN), [1, 2, 3]), [NaN, NaN, NaN]);
    assert.deepEqual(outcome(inverse(1), [1, 2, 3]), [1, 2, 3]);
  });

  it('compute what depends on constants alone only if these have changed', () => {
    const kernel = 'CountedByThisTest';
    let count = 0;
    registerHostKernel<'x'>(kernel, ({x}) => {
      count++;
      return [{values: x.values.map((value) => value ** 2), shape: x.shape, dtype: 'float32'}];
    });
    const graphWith = (...numbers: number[]) =>
      graphOf(([x]) => [tf.mul(x, tf.engine().runKernel(kernel, {x: tf.tensor1d(numbers)}) as tf.Tensor)]);
    const graphs = [[1, 2, 3], [1, 2, 3], [1, 2, -4], [1, 2, -4], [1, 2, 3]].map((own) => graphWith(...own)); // prettier-ignore
    try {
      const counts = graphs.map((graph, i) => {
        count = 0;
        assert.deepEqual(outcome(graph, [1, 1, 1]), [1, 4, i === 2 || i === 3 ? 16 : 9]);
        return count;
      });
      assert.deepEqual(counts, [1, 0, 1, 0, 1]);
    } finally {
      for (const backend of HOST_BACKENDS) tf.unregisterKernel(kernel, backend);
    }
  });

  it('compute anew what depends on slow inputs only', () => {
    const graph = graphOf(([x, slow]) => [tf.mul(x, tf.square(slow))], [2, 2]);
    for (const value of [1, 3, -2]) {
      const program = new Program(graph, [0]);
      program.input(1).fill(value);
      program.input(0).set([1, 2]);
      program.run();
      assert.deepEqual([...program.output(0)], [value ** 2, 2 * value ** 2]);
      assert.deepEqual(program.shapes, [[2]]);
      // Slow inputs are read before the first run only.
      program.input(1).fill(7);
      program.run();
      assert.deepEqual([...program.output(0)], [value ** 2, 2 * value ** 2]);
      program.dispose();
    }
  });

  it('are not shared by programs that live at the same time, however often one is disposed of', () => {
    const graph = graphOf(([x]) => [tf.mul(2, x)]);
    const [one, other] = [new Program(graph, [0]), new Program(graph, [0])];
    assert.notEqual(placeOf(one), placeOf(other));
    one.dispose();
    one.dispose();
    const [third, fourth] = [new Program(graph, [0]), new Program(graph, [0])];
    assert.equal(new Set([other, third, fourth].map(placeOf)).size, 3);
    assert.throws(() => one.run(), 'disposed');
    [third, fourth, other].forEach((program, i) => program.input(0).fill(i));
    [third, fourth, other].forEach((program, i) => {
      program.run();
      assert.deepEqual([...program.output(0)], [2 * i, 2 * i, 2 * i]);
    });
    for (const program of [other, third, fourth]) program.dispose();
  });

  it('are another one for each operation, attribute, wiring, shape, type, pace and output', () => {
    const functions: ((xs: tf.Tensor[]) => tf.Tensor[])[] = [
      ([x, y]) => [tf.sub(x, y)],
      ([x, y]) => [tf.sub(y, x)],
      ([x, y]) => [tf.add(x, y)],
      ([x, y]) => [tf.sub(x, y), x],
      ([x, y]) => [x, tf.sub(x, y)],
      ([x, y]) => [tf.sub(tf.cumsum(x), y)],
      ([x, y]) => [tf.sub(tf.cumsum(x, 0, true), y)],
      ([x, y]) => [tf.sub(x, tf.cast(y, 'int32'))],
      ([x, y]) => [tf.sub(x, tf.cast(y, 'bool'))],
      ([x]) => [tf.sub(x, 1)],
      ([x]) => [tf.sub(x, tf.ones([2]))],
      ([x]) => [tf.leakyRelu(x, 0.5)],
      ([x]) => [tf.leakyRelu(x, 0.25)],
      ([x]) => [tf.leakyRelu(x, -0)],
      ([x]) => [tf.leakyRelu(x, 0)],
    ];
    const graphs = functions.map((f) => graphOf(f, [2, 2]));
    const keys = [
      ...graphs.map((graph) => keyOf(graph)),
      keyOf(graphOf(functions[0], [1, 2])),
      keyOf(graphOf(functions[0], [1, 1])),
      keyOf(graphs[0], [1]),
      keyOf(graphs[0], []),
      keyOf(graphs[3], [0], [1]),
    ];
    assert.equal(new Set(keys).size, keys.length);
    functions.forEach((f, i) => assert.equal(keyOf(graphOf(f, [2, 2])), keys[i]));
  });

  it('are not kept if an attribute cannot be compared', () => {
    const plain = graphOf(([x]) => [tf.exp(x)]);
    assert.isString(keyOf(plain));
    for (const odd of [() => 1, new Map(), Float32Array.of(1), [Symbol('a')]]) {
      const graph = {...plain, lines: [{...plain.lines[0], attributes: {odd}}]};
      assert.isNull(keyOf(graph));
      const program = new Program(graph, [0]);
      const place = placeOf(program);
      program.dispose();
      assert.notEqual(placeOf(new Program(graph, [0])), place);
    }
  });

  it('can be used after a run threw', () => {
    const graph = graphOf(([x]) => [tf.gather(tf.tensor1d([5, 6, 7]), tf.cast(x, 'int32'))]);
    assert.deepEqual(outcome(graph, [0, 1, 2]), [5, 6, 7]);
    assert.throws(() => outcome(graph, [0, 1, 3]));
    assert.deepEqual(outcome(graph, [2, 1, 0]), [7, 6, 5]);
  });

  it('are thrown away if constants are refused', () => {
    const picked = (index: number) => {
      const graph = graphOf(([x]) => {
        const at = tf.tensor1d([0, 1, 2], 'int32');
        return [tf.mul(x, tf.gather(tf.tensor1d([5, 6, 7]), at))];
      });
      for (const numbers of graph.constants.values()) if (numbers[2] === 2) numbers[2] = index;
      return graph;
    };
    assert.deepEqual(outcome(picked(2), [1, 1, 1]), [5, 6, 7]);
    assert.throws(() => outcome(picked(9), [1, 1, 1]));
    assert.deepEqual(outcome(picked(1), [1, 1, 1]), [5, 6, 6]);
    assert.throws(() => outcome(picked(9), [1, 1, 1]));
  });

  it('are refused like others if they take more memory than is allowed by now', () => {
    const graph = graphOf(([x]) => [tf.exp(x)], [1000]);
    assert.equal(outcome(graph, new Array<number>(1000).fill(0))[0], 1);
    const before = tf.env().getNumber(FLAG);
    tf.env().set(FLAG, 8000);
    try {
      assert.throws(() => new Program(graph, [0]), 'more than');
    } finally {
      tf.env().set(FLAG, before);
    }
  });

  it('are few: the others give their memories back', () => {
    for (let k = 0; k < 8; k++) takeArrays([1]);
    const graphs = Array.from({length: 40}, (_, i) => graphOf(([x]) => [tf.mul(2, x)], [i + 1]));
    const all = () => graphs.forEach((graph, i) => outcome(graph, new Array<number>(i + 1).fill(1)));
    const made = memoriesOf(all);
    assert.isAtMost(made, 17);
    assert.equal(memoriesOf(all), 0);
    const placeOfLast = () => {
      const program = new Program(graphs[39], [0]);
      const place = placeOf(program);
      program.dispose();
      return place;
    };
    const last = placeOfLast();
    const large = graphOf(([x]) => [tf.exp(x)], [9_000_000]);
    const places = [0, 1].map(() => {
      const program = new Program(large, [0]);
      program.dispose();
      return placeOf(program);
    });
    assert.notEqual(places[0], places[1]);
    assert.equal(placeOfLast(), last);
  });
});
