/** @file Mangled model.json and truncated weights: a model loads with a valid config, or an error says what is wrong. */
import * as tf from '@tensorflow/tfjs-core';
import {layers as keras, loadLayersModel, sequential, type LayersModel} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import fc from 'fast-check';
import {
  FixedPointLayer,
  LassoLayer,
  linsolve,
  OptNetQP,
  QPLayer,
  SparsemaxProjection,
} from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import {describeAnyBackend} from '../helpers/backends.js';
import {TanhCell} from '../layers/models.js';

type Json = null | boolean | number | string | Json[] | {[key: string]: Json};
type JsonObject = {[key: string]: Json};

const WIDTH = 3;
const constants = {p: [1, 2, 3], h: [1, 1]};

const LAYERS: [string, () => SolverLayer][] = [
  [
    'QPLayer',
    () => new QPLayer({units: 3, inputs: ['b'], inequalities: 2, constants, linsolve: linsolve.gmres()}),
  ],
  ['OptNetQP', () => new OptNetQP({equalities: 1, linsolve: linsolve.iterativeRefinement(linsolve.lu())})],
  ['SparsemaxProjection', () => new SparsemaxProjection()],
  ['LassoLayer', () => new LassoLayer({units: 4, linsolve: linsolve.cg()})],
  ['FixedPointLayer', () => new FixedPointLayer({cell: new TanhCell(), stateShape: [2]})],
];

const CONSTANT_KEYS = [0, 1].flatMap((i) =>
  ['symbol', 'shape', 'values'].map((key) => `constants.${i}.${key}`),
);
const OWN: Record<string, string[]> = {
  QPLayer: [
    ...['units', 'inequalities', 'equalities', 'inputs', 'constants', 'epsilon', 'seed', 'tolerance'],
    ...['max_iterations', 'on_failure', 'on_infeasible', 'degenerate', 'smoothing', 'linsolve', 'warm_start'],
    ...['linsolve.class_name', 'linsolve.config', 'linsolve.config.restart', ...CONSTANT_KEYS],
  ],
  OptNetQP: [
    'equalities',
    'linsolve.config.inner',
    'linsolve.config.inner.class_name',
    'linsolve.config.tolerance',
  ],
  SparsemaxProjection: ['axis'],
  LassoLayer: [
    ...['units', 'l1', 'l2', 'non_negative', 'tolerance', 'max_iterations', 'on_failure', 'linsolve'],
    ...['linsolve.class_name', 'linsolve.config', 'linsolve.config.max_iterations', 'warm_start'],
  ],
  FixedPointLayer: [
    ...['cell', 'cell.class_name', 'state_shape', 'state_shape.0', 'solver', 'history_size', 'tolerance'],
    ...['max_iterations', 'on_failure', 'linsolve', 'warm_start'],
  ],
};

/** NaN and infinity are null in JSON. */
const HOSTILE: Json[] = [
  ...[null, -1, 0, 0.5, 2, 1e300, '', 'x', true, [], [1], [null], [[1, 2]], {}, {shape: [2]}],
  ...['constructor', '__proto__', 'toString', 'Zeros', 'SGD', 'Dense'],
  ...[
    {class_name: 'Nowhere', config: {}},
    {class_name: 'constructor', config: {}},
    {class_name: 'lu', config: 3},
  ],
];

const REMOVED = Symbol('removed');

/** The saved layer with one entry replaced, removed or added. */
function mangle(config: JsonObject, path: string, value: Json | typeof REMOVED): void {
  const keys = path.split('.');
  const last = keys.pop()!;
  let at: JsonObject = config;
  for (const key of keys) {
    if (at[key] == null || typeof at[key] !== 'object') return;
    at = at[key] as JsonObject;
  }
  if (value === REMOVED) delete at[last];
  else at[last] = value;
}

type Topology = {model_config: {config: {layers: {class_name: string; config: JsonObject}[]}}};

async function saved(make: () => keras.Layer): Promise<tf.io.ModelArtifacts> {
  const layer = make();
  const net = sequential({layers: [keras.inputLayer({inputShape: [WIDTH]}), layer]});
  let artifacts!: tf.io.ModelArtifacts;
  await net.save(
    tf.io.withSaveHandler((given) => {
      artifacts = given;
      return Promise.resolve({modelArtifactsInfo: {dateSaved: new Date(0), modelTopologyType: 'JSON'}});
    }),
  );
  net.dispose();
  return artifacts;
}

/** Loads a copy of the artifacts; what it leaves behind when it throws, and the message. */
async function load(artifacts: tf.io.ModelArtifacts, change: (config: JsonObject) => void) {
  const topology = structuredClone(artifacts.modelTopology) as Topology;
  change((topology.model_config ?? topology).config.layers.at(-1)!.config);
  const before = tf.memory().numTensors;
  let net = null as LayersModel | null;
  let error = null as Error | null;
  try {
    net = await loadLayersModel(tf.io.fromMemory({...artifacts, modelTopology: topology}));
  } catch (thrown) {
    error = thrown as Error;
  }
  return {net, error, left: tf.memory().numTensors - before};
}

/** Errors of a program, not of a file. */
const CRASH =
  /of undefined|undefined is|'undefined'|is not a function|not iterable|Cannot (read|use|convert|destructure|set)/;

/** What a layer of this library has at most: a linear map, L, G, A, p, and z₀ and s₀ or b and h. */
const MOST_WEIGHTS = 7;

/** Names the layer, the linear solver, a weight or a shape; typed arrays that are too long are tfjs's to refuse. */
const NAMED =
  /QPLayer|OptNetQP|SparsemaxProjection|LassoLayer|FixedPointLayer|linear solver|linsolve|gmres|cg:|iterativeRefinement|weight|shape|typed array|layer|units/i;

describeAnyBackend('a saved model', () => {
  for (const [name, make] of LAYERS) {
    it(`${name}: a mangled config loads as a valid one, or is an error that names what is wrong`, async () => {
      const artifacts = await saved(make);
      const weights = artifacts.weightSpecs!.length;
      const value = fc.oneof(fc.constantFrom<(Json | typeof REMOVED)[]>(...HOSTILE, REMOVED), fc.double());
      await fc.assert(
        fc.asyncProperty(fc.constantFrom(...OWN[name], 'extra'), value, async (path, hostile) => {
          const json = typeof hostile === 'number' && !Number.isFinite(hostile) ? null : hostile;
          const {net, error, left} = await load(artifacts, (config) => mangle(config, path, json));
          if (error) {
            assert.notMatch(error.message, CRASH);
            assert.match(error.message, NAMED);
            assert.notEqual(error.constructor, TypeError, error.message);
            // As with a dense layer, tfjs keeps the weights of the file and those of the layer that it gives up.
            assert.isAtMost(left, weights + MOST_WEIGHTS, error.message);
          } else {
            const layer = net!.layers.at(-1)!;
            const config = layer.getConfig();
            const Class = layer.constructor as new (args: object) => SolverLayer;
            assert.deepEqual(new Class(config).getConfig(), config);
            net!.dispose();
          }
        }),
        {numRuns: 250},
      );
    });

    it(`${name}: truncated or renamed weights are an error`, async () => {
      const artifacts = await saved(make);
      const {weightSpecs, weightData} = artifacts as {
        weightSpecs: tf.io.WeightsManifestEntry[];
        weightData: ArrayBuffer;
      };
      if (weightSpecs.length === 0) return;
      const [first, ...rest] = weightSpecs;
      const broken: Partial<tf.io.ModelArtifacts>[] = [
        {weightData: weightData.slice(0, weightData.byteLength - 4)},
        {weightSpecs: [{...first, name: 'nobody'}, ...rest]},
        {weightSpecs: [{...first, shape: [1, 1, 1]}, ...rest]},
      ];
      for (const change of broken) {
        const {error} = await load({...artifacts, ...change}, () => {});
        assert.isNotNull(error, JSON.stringify(Object.keys(change)));
        assert.notMatch(error!.message, CRASH);
      }
    });
  }
});
