/** @file The weights that each layer has, and where they begin. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {OptNetQP, QPLayer} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {expectClose, expectNoLeak} from '../helpers/expect.js';
import {CLASSES, type Args} from './arguments.js';
import {describeOnCpu, EYE, run} from './on-cpu.js';

/** The shapes of the inputs, and each weight: name, shape, whether it is trained. */
const WEIGHTS: [string, Args, number[][], [string, number[], boolean][]][] = [
  ['QPLayer', {}, [[3]], [['L', [3, 3], true], ['G', [3, 3], true], ['h', [3], true]]],
  ['QPLayer', {inequalities: 0, equalities: 2}, [[3]], [['L', [3, 3], true], ['A', [2, 3], true], ['b', [2], true]]],
  ['QPLayer', {units: 2, inequalities: 1}, [[3]], [['kernel', [3, 2], true], ['L', [2, 2], true], ['G', [1, 2], true], ['h', [1], true]]],
  ['QPLayer', {inputs: ['Q', 'A', 'b'], inequalities: 0}, [[2, 2], [1, 2], [1]], [['p', [2], true]]],
  ['QPLayer', {constants: {Q: EYE, G: EYE}}, [[2]], [['h', [2], true], ['Q', [2, 2], false], ['G', [2, 2], false]]],
  ['OptNetQP', {}, [[3]], [['L', [3, 3], true], ['G', [3, 3], true], ['z0', [3], true], ['s0', [3], true]]],
  ['OptNetQP', {inequalities: 0, equalities: 2}, [[3]], [['L', [3, 3], true], ['A', [2, 3], true], ['z0', [3], true]]],
  ['OptNetQP', {inequalities: 1, equalities: 1}, [[3]], [['L', [3, 3], true], ['G', [1, 3], true], ['z0', [3], true], ['s0', [1], true], ['A', [1, 3], true]]],
  ['OptNetQP', {constants: {Q: EYE, G: EYE, h: [1, 1]}}, [[2]], [['Q', [2, 2], false], ['G', [2, 2], false], ['h', [2], false]]],
  ['LinearProgramLayer', {inequalities: 1, equalities: 1}, [[3]], [['G', [1, 3], true], ['h', [1], true], ['A', [1, 3], true], ['b', [1], true]]],
  ['LinearProgramLayer', {constants: {G: EYE}}, [[2]], [['h', [2], true], ['G', [2, 2], false]]],
  ['ConicLayer', {cones: {nonNegative: 2}}, [[3]], [['E', [2, 3], true], ['d', [2], true]]],
  ['ConicLayer', {cones: {nonNegative: 2}, constants: {d: [1, 2]}}, [[3]], [['E', [2, 3], true], ['d', [2], false]]],
  ['ConicLayer', {cones: {nonNegative: 2}, inputs: ['E']}, [[2, 3]], [['c', [3], true], ['d', [2], true]]],
  ['LassoLayer', {units: 4}, [[3]], [['dictionary', [3, 4], true]]],
  ['RidgeLayer', {}, [[4, 3], [4, 2], [5, 3]], [['logL2', [1], true]]],
  ['SVMLayer', {query: false}, [[4, 3], [4, 2]], [['logL2', [1], true]]],
  ['RidgeLayer', {learnL2: false}, [[4, 3], [4, 2], [5, 3]], []],
  ['TopK', {k: 1}, [[3]], []],
]; // prettier-ignore

describeOnCpu('the weights of a layer', () => {
  for (const [name, args, shapes, expected] of WEIGHTS) {
    it(`${name} with ${JSON.stringify(args)}: ${expected.map(([weight]) => weight).join(', ') || 'none'}`, () =>
      expectNoLeak(() => {
        const layer = new CLASSES[name](args);
        layer.build(
          (shapes.length === 1 ? [null, ...shapes[0]] : shapes.map((shape) => [null, ...shape])) as Shape,
        );
        const own = ({originalName}: {originalName: string}) =>
          originalName.replace(/^.*\//, '').replace(/_\d+$/, '');
        const seen = [
          ...layer.trainableWeights.map((weight) => [own(weight), weight.shape, true]),
          ...layer.nonTrainableWeights.map((weight) => [own(weight), weight.shape, false]),
        ];
        assert.deepEqual(seen as unknown, expected);
        tf.dispose(layer.weights.map((weight) => weight.read()));
      }));
  }

  it('begin where the problem is easy: x = 0 feasible, Q and the slack one, λ its own', () =>
    tf.tidy(() => {
      const values = (layer: SolverLayer, at: number[]) => {
        run(layer, tf.zeros(at));
        return Object.fromEntries(
          layer.weights.map(({originalName}, i) => [
            originalName.replace(/^.*\//, '').replace(/_\d+$/, ''),
            Array.from(layer.getWeights()[i].dataSync()),
          ]),
        );
      };
      const qp = values(new QPLayer({equalities: 1}), [1, 2]);
      assert.deepEqual([qp.L, qp.h, qp.b], [[1, 0, 0, 1], [1, 1], [0]]);
      const fed = new QPLayer({inputs: ['h'], units: 2, inequalities: 2});
      assert.deepEqual(values(fed, [1, 2]).p, [0, 0]);
      const opt = values(new OptNetQP(), [1, 2]);
      assert.deepEqual(opt.z0, [1, 1]);
      expectClose(tf.softplus(tf.tensor1d(opt.s0)), [1, 1], 1e-6);
      const ridge = new CLASSES.RidgeLayer({l2: 0.25});
      run(ridge, tf.ones([1, 2, 2]), tf.ones([1, 2, 1]), tf.ones([1, 1, 2]));
      expectClose(ridge.getWeights()[0], [Math.log(0.25)], 1e-6);
    }));

  it('at random come from the seed, and G is not A', () =>
    tf.tidy(() => {
      const drawn = (seed: number) => {
        const layer = new QPLayer({seed, units: 3, inequalities: 1, equalities: 1});
        run(layer, tf.zeros([1, 3]));
        return layer.getWeights().map((weight) => Array.from(weight.dataSync()));
      };
      const [one, two] = [drawn(5), drawn(6)];
      assert.deepEqual(drawn(5), one);
      const [G, A] = [1, 3].map((i) => one[i]);
      assert.notDeepEqual(G, A);
      assert.notDeepEqual(G, two[1]);
      assert.notDeepEqual(A, two[3]);
      const kernel = (seed: number) => {
        const layer = new QPLayer({seed, units: 2});
        run(layer, tf.zeros([1, 3]));
        return Array.from(layer.getWeights()[0].dataSync());
      };
      assert.deepEqual(kernel(5), kernel(5));
      assert.notDeepEqual(kernel(5), kernel(6));
    }));
});
