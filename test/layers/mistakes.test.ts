/** @file Common mistakes with layers, each with what was given, what was expected, and the way out. */
import * as tf from '@tensorflow/tfjs-core';
import {input, layers as keras, model, sequential, type SymbolicTensor} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {ConicLayer, FixedPointLayer, layers, QPLayer, solvers} from '../../src/index.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';
import {TanhCell} from './models.js';
import {describeOnCpu, EYE, run, warningsOf} from './on-cpu.js';

const constants = {Q: EYE, G: EYE, h: [1, 2]};
const said = (f: () => unknown) => messageOf(() => tf.tidy(() => void f()));
/** Each text is in the message. */
const says = (f: () => unknown, ...texts: string[]) => {
  const message = said(f);
  for (const text of texts) assert.include(message, text);
};

describeOnCpu('a wrong p', () => {
  const BATCH = 'The first axis is the batch: tf.expandDims(p, 0) makes a batch of one.';
  it('of a new layer: its shape, its rank', () =>
    expectNoLeak(() => {
      const fresh = (shape: number[]) => () => new QPLayer({constants}).apply(tf.ones(shape));
      says(fresh([1, 3]), 'QPLayer: the input p of shape [1, 3] has 3 variables, but the constant Q');
      says(fresh([2]), 'input 0 is p and must have shape [B, n]; got [2].', BATCH);
      says(fresh([1, 1, 2]), 'must have shape [B, n]; got [1, 1, 2].');
      assert.notInclude(said(fresh([1, 1, 2])), BATCH);
    }));

  it('of a layer that is built: its shape, its rank, also where a learned map takes it', () => {
    const layer = new QPLayer({constants});
    const mapped = new QPLayer({units: 2});
    tf.tidy(() => void [run(layer, tf.ones([1, 2])), run(mapped, tf.ones([1, 3]))]);
    says(
      () => run(layer, tf.ones([1, 3])),
      'QPLayer: p must have shape [B, 2], for which the layer was built; got [1, 3].',
    );
    says(() => run(layer, tf.ones([2])), 'must have shape [B, 2]', 'got [2].', BATCH);
    says(() => run(layer, tf.ones([1, 1, 2])), 'got [1, 1, 2].');
    says(() => run(mapped, tf.ones([1, 4])), 'p must have shape [B, 3]', 'got [1, 4]');
    [layer, mapped].forEach((each) => each.dispose());
    for (const other of [layers.lasso({units: 3}), layers.conic({cones: {nonNegative: 2}})]) {
      tf.tidy(() => void run(other, tf.ones([1, 3])));
      says(
        () => run(other, tf.ones([1, 4])),
        'must have shape [B, 3], for which the layer was built; got [1, 4].',
      );
      other.dispose();
    }
  });

  it('its dtype, and what is no tensor', () => {
    const layer = new QPLayer({constants});
    const apply = (p: unknown) => () => layer.apply(p as tf.Tensor);
    says(
      () => apply(tf.tensor2d([['a', 'b']]))(),
      "QPLayer: p must be a tensor of real numbers, got one of dtype 'string'. Cast it to float32.",
    );
    says(() => apply(tf.complex(tf.ones([1, 2]), tf.ones([1, 2])))(), "dtype 'complex64'");
    const tensor = 'QPLayer: p must be a tensor (or a symbolic one, of tf.input), got ';
    const way = 'Make one of numbers by tf.tensor.';
    says(apply([[1, 2]]), `${tensor}an array. `, way);
    says(apply([]), `${tensor}an array. `);
    says(apply(3), `${tensor}number '3'. `, way);
    says(apply(undefined), `${tensor}undefined. `, way);
    const two = new QPLayer({inputs: ['p', 'h'], constants: {Q: EYE, G: EYE}});
    says(() => two.apply([tf.ones([1, 2]), 3 as never]), 'QPLayer: h must be a tensor', "got number '3'");
    layer.dispose();
  });

  it('with NaN: a warning that says which sample, and what it gets', () => {
    const layer = new QPLayer({constants});
    const text = warningsOf(() => tf.tidy(() => void run(layer, tf.tensor2d([[1, 1], [NaN, 1]])))); // prettier-ignore
    assert.match(text, /1 of 2 problems not solved: sample 1 .*p of shape \[2,2\] (holds|contains) NaN/);
    layer.dispose();
  });
});

describeOnCpu('a wrong cell', () => {
  const fixed = (cell: unknown) => () => new FixedPointLayer({cell} as never);
  const built = (cell: unknown) => () => fixed(cell)().build([null, 2]);

  it('of one input: a model, a layer', () => {
    const one = sequential({name: 'narrow', layers: [keras.dense({units: 2, inputShape: [2]})]});
    says(
      fixed(one),
      "the cell 'narrow' is a model of one input, but must have the two inputs [z, x]",
      'tf.layers.add()',
    );
    says(
      built(keras.dense({units: 2, name: 'flat'})),
      "the cell 'flat' (Dense) does not take the two inputs z of shape [B, 2] and x of shape [B, 2]",
    );
    const activation = keras.activation({activation: 'tanh', name: 'bent'});
    says(
      built(activation),
      "the cell 'bent' (Activation) does not take",
      'a list of two',
      'tf.model({inputs: [z, x], outputs})',
    );
    const three = [0, 1, 2].map(() => input({shape: [2]}));
    const wide = model({inputs: three, outputs: keras.add().apply(three) as SymbolicTensor});
    says(fixed(wide), 'is a model of 3 inputs');
    one.dispose();
  });

  it('that is a function, or no layer at all', () => {
    says(
      fixed((z: tf.Tensor, x: tf.Tensor) => tf.add(z, x)),
      'the cell must be a layer or model of the two inputs [z, x]; got a function.',
      'subclass of tf.layers.Layer',
      'solvers.FixedPointIteration',
    );
    says(fixed(undefined), 'cell is missing');
    says(fixed({apply: () => 0}), 'another copy of tfjs-layers');
    says(
      fixed({className: 'Unheard', config: {}}),
      'got "Unheard". A class of your own is registered by tf.serialization.registerClass.',
    );
  });

  it('beside an input too many', () => {
    const layer = new FixedPointLayer({cell: new TanhCell()});
    says(
      () => layer.apply([tf.ones([1, 2]), tf.ones([1, 2])]),
      'FixedPointLayer takes one input, x, but got 2. Pass it as layer.apply(x).',
    );
  });
});

describeOnCpu('a wrong name', () => {
  it('of a constant: the nearest right one, of its case too', () => {
    const qp = (given: object) => () => new QPLayer({constants: given});
    says(
      qp({q: EYE, g: EYE}),
      "QPLayer: constants: unknown parameter 'q'; it takes Q, p, G, h, A, b, lower, upper. Did you mean 'Q'?",
    );
    says(qp({G: EYE, H: [1, 1]}), "unknown parameter 'H'", "Did you mean 'h'?");
    const conic = () => new ConicLayer({cones: {nonNegative: 1}, constants: {e: [[1]]} as never});
    says(conic, "ConicLayer: constants: unknown parameter 'e'; it takes c, E, d. Did you mean 'E'?");
  });

  it('of an option', () => {
    says(
      () => new QPLayer({unit: 3} as never),
      "QPLayer: unknown argument 'unit'; it takes units, ",
      "Did you mean 'units'?",
    );
    says(() => layers.lasso({units: 2, nonnegative: true} as never), "Did you mean 'nonNegative'?");
    says(
      () => layers.sparsemax({axes: 1} as never),
      "SparsemaxProjection: unknown argument 'axes'",
      "Did you mean 'axis'?",
    );
  });

  it('of an input', () => {
    const qp = (inputs: unknown, given?: object) => () => new QPLayer({inputs, constants: given} as never);
    says(
      qp('p'),
      'QPLayer: inputs must be a list of at least one of Q, p, G, h, A, b, lower, upper; got "p".',
    );
    says(qp([]), 'inputs must be a list of at least one of', 'got [].');
    says(qp(['x']), 'QPLayer: inputs must be one of Q, p, G, h, A, b, lower, upper; got "x".');
    says(qp(['p', 'p']), 'QPLayer: inputs contains p twice.');
    says(qp(['h'], {h: [1]}), 'QPLayer: h is both an input and a constant. Leave it out of one of them.');
  });
});

describeOnCpu('a wrong size or number', () => {
  it('units that do not fit', () => {
    const way = 'Leave units out, or pass units: 2.';
    says(
      () => run(new QPLayer({units: 3, constants}), tf.ones([1, 2])),
      'the constant Q of shape [2,2] has 2 variables, but units has 3.',
      way,
    );
    says(
      () => run(new QPLayer({units: 3, inputs: ['Q']}), tf.ones([1, 2, 2])),
      'the input Q of shape [1, 2, 2] has 2 variables, but units has 3.',
      way,
    );
    says(
      () => run(new ConicLayer({cones: {nonNegative: 2}, units: 3}), tf.ones([1, 2])),
      'c must have shape [3], got [2].',
      'units: 3',
    );
  });

  it('inputs of a model or layer, one too few or too many', () => {
    const two = () => new QPLayer({inputs: ['p', 'h'], constants: {Q: EYE, G: EYE}});
    const few = 'QPLayer takes 2 inputs (p, h), but got 1. Pass them as layer.apply([p, h]).';
    says(() => two().apply(input({shape: [2]})), few, 'tf.sequential hands on one tensor');
    says(() => sequential({layers: [keras.inputLayer({inputShape: [2]}), two()]}), few);
    const symbols = [0, 1].map(() => input({shape: [2]}));
    const net = model({inputs: symbols, outputs: two().apply(symbols) as SymbolicTensor});
    // Before any layer sees them.
    says(() => net.predict(tf.ones([1, 2])), 'Expected to see 2 Tensor(s), but instead got 1');
    says(
      () => new QPLayer({constants}).apply([tf.ones([1, 2]), tf.ones([1, 2])]),
      'QPLayer takes one input, p, but got 2. Pass it as layer.apply(p).',
    );
  });

  it('a batch axis that is missing in BoxOSQP and its kin', () => {
    const [M, v] = [tf.eye(2), tf.ones([2])];
    const batch = 'The first axis is the batch: tf.expandDims(Q, 0) makes a batch of one.';
    says(
      () => new solvers.BoxOSQP().run(null, {Q: M, p: v, A: M, l: v, u: v}),
      'BoxOSQP: Q must have shape [B | 1, n, n]; got [2,2].',
      batch,
    );
    says(() => new solvers.BoxCDQP().run(null, {Q: M, p: v, l: v, u: v}), 'BoxCDQP: Q must have', batch);
    const p = () => new solvers.BoxCDQP().run(null, {Q: tf.expandDims(M, 0), p: v, l: v, u: v});
    says(p, 'p must have shape [B | 1, n], here [B | 1, 2]; got [2].', 'tf.expandDims(p, 0)');
    says(
      () => new solvers.BoxOSQP().run(null, {Q: EYE, p: v, A: M, l: v, u: v} as never),
      'BoxOSQP: Q must be a tensor of shape [B | 1, n, n], got an array.',
    );
    tf.dispose([M, v]);
  });
});
