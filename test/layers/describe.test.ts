/** @file What `describe()` says of each layer, and the note of what is learned unasked. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {layers, linsolve, OptNetQP, QPLayer} from '../../src/index.js';
import {CASES, modelOf, TanhCell} from './models.js';
import {describeOnCpu, EYE, run} from './on-cpu.js';

/** What `f` prints with console.info. */
function notesOf(f: () => unknown): string[] {
  const printed: string[] = [];
  const {info} = console;
  console.info = (text: string) => void printed.push(text);
  try {
    f();
  } finally {
    console.info = info;
  }
  return printed;
}

describeOnCpu('describe', () => {
  for (const item of CASES) {
    it(`${item.name}: the problem in one line, each input and weight with its shape`, () => {
      const {layer, model} = modelOf(item);
      const text = layer.describe();
      const [head, ...lines] = text.split('\n');
      assert.match(head, new RegExp(`^${layer.getClassName()} '${layer.name}': \\S+ (=|of) *`));
      const fed = lines.find((line) => line.startsWith('  fed'))!;
      assert.match(fed, /^ {2}fed {7}\S+ \[B, \d/);
      const learned = lines.find((line) => line.startsWith('  learned   '))!;
      assert.equal(learned === '  learned   nothing', layer.trainableWeights.length === 0);
      assert.match(lines.at(-1)!, /^ {2}options {3}\w+ /);
      assert.notMatch(text, /undefined|null|NaN|\[object/);
      model.dispose();
    });
  }

  it('QPLayer: what is learned, constant and fed, and how Q is made', () => {
    const args = {constants: {G: [[1, 1]], b: [2]}, equalities: 1, inputs: ['h' as const, 'p' as const]};
    const layer = new QPLayer({...args, name: 'plan', epsilon: 0.25, linsolve: linsolve.lu()});
    const before = layer.describe();
    assert.include(before, '  fed       p [B, n], h [B, m]\n  constant  G [1, 2], b [1]\n  options   ');
    assert.match(before, /Not built yet/);
    tf.dispose(run(layer, tf.ones([1, 1]), tf.ones([1, 2])));
    assert.equal(
      layer.describe(),
      [
        "QPLayer 'plan': x = argmin ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b",
        '  fed       p [B, 2], h [B, 1]',
        '  constant  G [1, 2], b [1]',
        '  learned   Q [2, 2] = LLᵀ + 0.25 I, A [1, 2]',
        "  options   equalities 1, epsilon 0.25, tolerance 1e-9, maxIterations 100, onFailure 'warn', " +
          "onInfeasible 'zero', degenerate 'leastNorm', smoothing 0.001, linsolve lu",
      ].join('\n'),
    );
    layer.trainable = false;
    assert.include(layer.describe(), 'A [1, 2] (frozen: trainable is false)');
    layer.dispose();
  });

  it('shows the width of p before its linear map, how OptNetQP keeps a point feasible, the cell, and the cones', () => {
    const described = (layer: Parameters<typeof run>[0], ...shapes: number[][]) => {
      tf.tidy(() => void run(layer, ...shapes.map((shape) => tf.ones([1, ...shape]))));
      const text = layer.describe();
      layer.dispose();
      return text;
    };
    assert.include(described(layers.qp({units: 2, inequalities: 0}), [5]), 'fed       p [B, 5]');
    assert.include(
      described(layers.optNetQP({equalities: 1}), [2]),
      'h [2] = Gz₀ + s₀, s₀ > 0, A [1, 2], b [1] = Az₀',
    );
    const cell = new TanhCell({name: 'tanh'});
    const text = described(layers.fixedPoint({cell, stateShape: [4]}), [3]);
    assert.include(text, "T the cell 'tanh' (TestTanhCell)");
    assert.include(text, '  learned   w [4, 4], u [3, 4]\n');
    assert.include(
      described(layers.conic({cones: {nonNegative: 2}}), [3]),
      'cones {nonNegative:2}, tolerance 1e-6',
    );
  });
});

describeOnCpu('a note of what is learned unasked', () => {
  const noted = (args: ConstructorParameters<typeof QPLayer>[0], Class = QPLayer) =>
    notesOf(() => tf.tidy(() => {
      const layer = new Class(args);
      run(layer, tf.ones([1, 2]));
      layer.dispose();
    })); // prettier-ignore

  it('comes once where one half of a pair is given, or constraints appear beside constants, with the ways out', () => {
    // Notes come once a process, which other files may share: constants that they do not have.
    const others = {Q: EYE, A: [[1, 1]], b: [1]};
    const constants = {...others, G: [[1, 1], [0, 1], [1, 0]]}; // prettier-ignore
    const [note, ...more] = noted({constants, name: 'open'});
    assert.lengthOf(more, 0);
    assert.match(
      note,
      /^QPLayer 'open' has the constants Q, A, b, G and learns h \[3\]\. .* make h a constant or an input\./,
    );
    assert.match(note, /If it is, pass inequalities: 3, and this is not said\./);
    assert.deepEqual(noted({constants}), []);
    const [whole] = noted({constants: others});
    assert.match(
      whole,
      /the constants Q, A, b and learns G \[2, 2\] and h \[2\]\..*or pass inequalities: 0 for none/,
    );
    assert.match(noted({constants: {A: [[1, 1]]}, inequalities: 0})[0], /constant A and learns b \[1\]\./);
  });

  it('does not come where nothing is learned of the constraints, where it was asked for, from a file, or of OptNetQP', () => {
    const half = {Q: EYE, G: [[1, 3]]}; // prettier-ignore
    assert.deepEqual(noted({}), []);
    assert.deepEqual(noted({constants: {...half, h: [1]}}), []);
    assert.deepEqual(noted({constants: half, inequalities: 1}), []);
    assert.deepEqual(noted({constants: {G: [[1, 3]], h: [1]}}), []);
    assert.deepEqual(noted({constants: half}, OptNetQP), []);
    assert.deepEqual(noted({constants: [{symbol: 'G', shape: [1, 2], values: [1, 3]}]}), []);
  });
});
