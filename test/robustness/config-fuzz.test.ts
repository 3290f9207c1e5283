/** @file Any valid config of any layer survives getConfig and fromConfig, and the layer computes finite values. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import fc from 'fast-check';
import {
  FixedPointLayer,
  LassoLayer,
  linsolve,
  OptNetQP,
  QPLayer,
  SparsemaxProjection,
  type QPLayerArgs,
} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {effort} from '../helpers/effort.js';
import {TanhCell} from '../layers/models.js';

const WIDTH = 4;
const BATCH = 3;

const real = (min: number, max: number) => fc.double({min, max, noNaN: true});
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, {nil: undefined});
const restartable = fc.record({maxIterations: fc.integer({min: 1, max: 300}), tolerance: real(1e-7, 1e-2)});
const krylov = fc.oneof(
  restartable.map((options) => linsolve.cg(options)),
  restartable.map((options) => linsolve.normalCg(options)),
  restartable.map((options) => linsolve.bicgstab(options)),
  fc.integer({min: 1, max: 40}).map((restart) => linsolve.gmres({restart})),
);
const anySolver = fc.oneof(
  krylov,
  krylov.map((inner) => linsolve.iterativeRefinement(inner)),
  fc.constantFrom(linsolve.lu(), linsolve.auto()),
);
const iterative = {
  tolerance: maybe(real(0, 1)),
  maxIterations: maybe(fc.integer({min: 1, max: 60})),
  linsolve: maybe(anySolver),
  warmStart: maybe(fc.boolean()),
  onFailure: fc.constant('ignore' as const),
};

const qpArgs: fc.Arbitrary<QPLayerArgs> = fc.record({
  units: maybe(fc.integer({min: 1, max: 6})),
  inequalities: maybe(fc.integer({min: 0, max: 7})),
  equalities: maybe(fc.integer({min: 0, max: 3})),
  epsilon: maybe(real(1e-6, 10)),
  seed: maybe(fc.integer({min: 0, max: 1000})),
  tolerance: maybe(real(1e-12, 1e-3)),
  maxIterations: maybe(fc.integer({min: 1, max: 200})),
  onFailure: fc.constant('ignore' as const),
  onInfeasible: maybe(fc.constantFrom('zero', 'closest')),
  degenerate: maybe(fc.constantFrom('leastNorm', 'oneSided', 'smooth')),
  smoothing: maybe(real(1e-12, 10)),
  linsolve: maybe(fc.oneof(anySolver, fc.constant(linsolve.kkt()))),
  warmStart: maybe(fc.boolean()),
  name: maybe(fc.stringMatching(/^[a-z]{1,8}$/)),
  trainable: maybe(fc.boolean()),
});

/** A p that is constant, b being fed: constants of every rank. */
const withConstants: fc.Arbitrary<QPLayerArgs> = fc
  .tuple(
    fc.array(real(-3, 3), {minLength: 5, maxLength: 5}),
    fc.array(real(0.1, 3), {minLength: 5, maxLength: 5}),
  )
  .map(([p, q]) => ({
    inputs: ['b'],
    units: 5,
    inequalities: 0,
    constants: {p, Q: q.map((value, i) => q.map((_, j) => (i === j ? value : 0)))},
    onFailure: 'ignore',
  }));

interface Kind {
  name: string;
  layer: fc.Arbitrary<SolverLayer>;
  fromConfig: (config: tf.serialization.ConfigDict) => SolverLayer;
  /** Width of the output. */
  width: (config: tf.serialization.ConfigDict) => number;
}

type Made<L> = new (args: never) => L;
const remake =
  <L extends SolverLayer>(Class: Made<L>) =>
  (config: tf.serialization.ConfigDict) =>
    new Class(config as never);
const units = ({units: given}: tf.serialization.ConfigDict) => (given as number | null) ?? WIDTH;

const KINDS: Kind[] = [
  {
    name: 'QPLayer',
    layer: qpArgs.map((args) => new QPLayer(args)),
    fromConfig: remake(QPLayer),
    width: units,
  },
  {
    name: 'QPLayer with constants',
    layer: withConstants.map((args) => new QPLayer(args)),
    fromConfig: remake(QPLayer),
    width: units,
  },
  {
    name: 'OptNetQP',
    layer: qpArgs.map((args) => new OptNetQP(args)),
    fromConfig: remake(OptNetQP),
    width: units,
  },
  {
    name: 'SparsemaxProjection',
    layer: fc.record({axis: fc.constantFrom(-1, 1)}).map((args) => new SparsemaxProjection(args)),
    fromConfig: remake(SparsemaxProjection),
    width: () => WIDTH,
  },
  {
    name: 'LassoLayer',
    layer: fc
      .record({
        ...iterative,
        units: fc.integer({min: 1, max: 9}),
        l1: maybe(real(0, 10)),
        l2: maybe(real(0, 10)),
        nonNegative: maybe(fc.boolean()),
      })
      .map((args) => new LassoLayer(args)),
    fromConfig: remake(LassoLayer),
    width: units,
  },
  {
    name: 'FixedPointLayer',
    layer: fc
      .record({
        ...iterative,
        stateShape: maybe(fc.array(fc.integer({min: 1, max: 6}), {minLength: 1, maxLength: 1})),
        solver: maybe(fc.constantFrom('anderson', 'iteration')),
        historySize: maybe(fc.integer({min: 1, max: 8})),
      })
      .map((args) => new FixedPointLayer({...args, cell: new TanhCell()})),
    fromConfig: remake(FixedPointLayer),
    width: ({stateShape}) => (stateShape as number[] | null)?.[0] ?? WIDTH,
  },
];

describeAnyBackend('any valid config', () => {
  for (const {name, layer: layers, fromConfig, width} of KINDS) {
    it(`${name}: getConfig → fromConfig → getConfig is the identity, through JSON too`, () => {
      fc.assert(
        fc.property(layers, (layer) => {
          const config = layer.getConfig();
          assert.deepEqual(fromConfig(config).getConfig(), config);
          const file = JSON.parse(JSON.stringify(config)) as tf.serialization.ConfigDict;
          assert.deepEqual(JSON.parse(JSON.stringify(fromConfig(file).getConfig())), file);
        }),
        {numRuns: 50},
      );
    });

    it(`${name}: the layer and its copy compute finite values of the right shape, with their gradients`, () => {
      const before = tf.memory().numTensors;
      fc.assert(
        fc.property(layers, fc.integer({min: 1, max: 1000}), (original, seed) => {
          const config = original.getConfig();
          const copy = fromConfig(config);
          tf.tidy(() => {
            const x = tf.randomNormal([BATCH, WIDTH], 0, 1, 'float32', seed);
            for (const layer of [original, copy]) {
              const output = layer.apply(x) as tf.Tensor;
              assert.deepEqual(output.shape, [BATCH, width(config)]);
              assert.deepEqual(layer.computeOutputShape([BATCH, WIDTH]), output.shape);
              const gradient = tf.grad((value: tf.Tensor) => tf.sum(layer.apply(value) as tf.Tensor))(x);
              assert.isTrue([...output.dataSync(), ...gradient.dataSync()].every(Number.isFinite));
            }
          });
          original.dispose();
          copy.dispose();
        }),
        {numRuns: effort(6, 20)},
      );
      assert.equal(tf.memory().numTensors, before);
    });
  }
});
