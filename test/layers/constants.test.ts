/** @file Constants of a layer: the forms they may have, and those that are refused. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {ConicLayer, QPLayer} from '../../src/index.js';
import {expectClose, expectNoLeak, messageOf} from '../helpers/expect.js';
import type {Args} from './arguments.js';
import {describeOnCpu, run} from './on-cpu.js';

describeOnCpu('constants of a layer', () => {
  it('are the same as tensors, typed arrays or lists, and the tensors stay the caller’s', () =>
    expectNoLeak(() => {
      const h = tf.tensor1d([0.1, 2]);
      const config = (constants: Args) => JSON.stringify(new QPLayer({constants, name: 'x'}).getConfig());
      const listed = config({h: Array.from(h.dataSync())});
      assert.equal(config({h}), listed);
      assert.equal(config({h: new Float32Array([0.1, 2])}), listed);
      // As f32 holds them: a copy computes with the same numbers.
      assert.equal(config({h: [0.1, 2]}), listed);
      assert.equal(config({h: [0.1, 2], G: undefined, A: null}), listed);
      assert.isFalse(h.isDisposed);
      h.dispose();
    }));

  it('are refused where they are no record, no tensor, unknown, or both fed and constant', () =>
    expectNoLeak(() => {
      const said = (args: Args) => messageOf(() => new QPLayer(args));
      assert.match(said({constants: 3}), /QPLayer: constants must be a record of tensors; got 3/);
      assert.match(said({constants: {h: {}}}), /the constant h is not a tensor: /);
      assert.match(
        said({constants: {r: [1]}}),
        /QPLayer: constants: unknown parameter 'r'; it takes Q, p, G, h, A, b, lower, upper\./,
      );
      assert.match(said({constants: [null]}), /constants must be one of .*; got undefined/);
      assert.match(
        said({constants: [{symbol: 'h'}]}),
        /constant h must be a vector .*got shape \[undefined\]/,
      );
      assert.match(said({constants: [{symbol: 'h', shape: [1], values: 1}]}), /constant h must be a vector/);
      assert.match(said({constants: [{symbol: 'h', shape: 1, values: [1]}]}), /constant h must be a vector/);
      assert.match(
        said({constants: {G: [1]}}),
        /constant G must be a matrix of finite numbers.*got shape \[1\]/,
      );
      assert.match(
        said({inputs: []}),
        /inputs must be a list of at least one of Q, p, G, h, A, b, lower, upper/,
      );
      assert.match(said({inputs: 'p'}), /inputs must be a list/);
      assert.match(
        messageOf(() => new ConicLayer({cones: {nonNegative: 1}, constants: {c: [1]}})),
        /c is both an input and a constant/,
      );
    }));

  it('of ConicLayer: rows of d with Infinity do not exist, and are saved', () =>
    tf.tidy(() => {
      const E = [[1, 0], [-1, 0], [0, 1], [0, -1], [1, 0]]; // prettier-ignore
      const c = tf.tensor2d([[-1, 2]]);
      for (const d of [[1, 1, 1, 1, Infinity], tf.tensor1d([1, 1, 1, 1, Infinity])]) {
        const layer = new ConicLayer({cones: {nonNegative: 5}, constants: {E, d}});
        const file = JSON.stringify(layer.getConfig());
        const copy = new ConicLayer(JSON.parse(file) as ConstructorParameters<typeof ConicLayer>[0]);
        for (const each of [layer, copy]) {
          expectClose(run(each, c), [1, -1], 1e-5);
          each.dispose();
        }
      }
      for (const cones of [null, undefined, 3, {nonNegative: 0}]) {
        assert.match(
          messageOf(() => new ConicLayer({cones} as never)),
          /cones must contain at least one cone/,
        );
      }
      assert.match(
        messageOf(() => new ConicLayer(undefined as never)),
        /cones must contain at least one cone/,
      );
    }));
});
