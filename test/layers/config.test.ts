/** @file What a layer was made with stands in its config, argument by argument: a field that getConfig loses is found. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as library from '../../src/index.js';
import type {SolverLayer} from '../../src/layers/index.js';
import '../helpers/backends.js';
import {messageOf} from '../helpers/expect.js';
import {TanhCell} from './models.js';

const {linsolve} = library;

type Args = Record<string, unknown>;

const qr = () => linsolve.qr({rcond: 1e-3});
const SAVED_QR = {className: 'qr', config: {rcond: 1e-3}};
const ITERATIVE: Args = {tolerance: 1e-3, maxIterations: 17, onFailure: 'ignore', warmStart: true};
const KINK: Args = {degenerate: 'smooth', smoothing: 0.25};
const QP: Args = {
  ...{units: 3, inequalities: 2, equalities: 1, inputs: ['b'], epsilon: 0.5, seed: 7},
  ...{onInfeasible: 'closest', ...ITERATIVE, ...KINK},
};
const PENALTY = {regularization: 'euclidean', strength: 0.75};
const LINEAR: Args = {...QP, strength: 0.25};
delete LINEAR.epsilon;

/** No value is a default one. `constants`, `linsolve` and `cell`, which are saved in another form, are compared below. */
const ARGUMENTS: Record<string, {args: Args; except?: string[]}> = {
  BirkhoffLayer: {args: PENALTY},
  ConicLayer: {
    args: {
      ...{cones: {nonNegative: 2, secondOrder: [3]}, units: 4, inputs: ['d'], seed: 7},
      ...{tolerance: 1e-3, maxIterations: 17, onFailure: 'ignore'},
    },
    except: ['constants', 'linsolve'],
  },
  EntmaxLayer: {args: {alpha: 1.25, axis: 1}},
  FixedPointLayer: {
    args: {...ITERATIVE, stateShape: [3], solver: 'iteration', historySize: 9},
    except: ['cell', 'linsolve'],
  },
  IsotonicLayer: {args: {increasing: false}},
  LassoLayer: {
    args: {...ITERATIVE, ...KINK, units: 5, l1: 0.7, l2: 0.3, nonNegative: true, seed: 7},
    except: ['linsolve'],
  },
  LinearProgramLayer: {args: LINEAR, except: ['constants', 'linsolve', 'solver']},
  OptNetQP: {args: {...QP, inputs: ['h'], equalities: 0}, except: ['constants', 'linsolve', 'solver']},
  QPLayer: {args: QP, except: ['constants', 'linsolve', 'solver']},
  RidgeLayer: {args: {l2: 0.3, learnL2: false, query: false}},
  SimplexProjection: {args: {scale: 2.5, axis: 1, ...KINK}},
  SoftRank: {args: {strength: 0.75, direction: 'descending'}},
  SoftSort: {args: {strength: 0.75, direction: 'descending'}},
  SparsemaxProjection: {args: {axis: 1, ...KINK}},
  SVMLayer: {args: {l2: 0.3, learnL2: false, query: false, onFailure: 'ignore'}},
  TopK: {args: {k: 2, strength: 0.75}},
  TransportLayer: {args: {...PENALTY, marginals: true}},
};

type Made = new (args: Args) => SolverLayer;
const classes = library as unknown as Record<string, Made>;
const extra = (name: string): Args => (name === 'FixedPointLayer' ? {cell: new TanhCell()} : {});

describe('the config of a layer holds its arguments', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  it('for every layer there is', () => {
    const all = Object.entries(library)
      .filter(([, value]) => typeof value === 'function' && 'className' in value)
      .map(([name]) => name);
    assert.sameMembers(Object.keys(ARGUMENTS), all);
  });

  for (const [name, {args, except = []}] of Object.entries(ARGUMENTS)) {
    it(`${name}: each of its own, and those of every layer`, () => {
      const Class = classes[name];
      const common = {name: 'mine', trainable: false};
      const config = new Class({...args, ...common, ...extra(name)}).getConfig() as Args;
      for (const [argument, value] of Object.entries({...args, ...common})) {
        assert.deepEqual(config[argument], value, argument);
      }
      // A default would hide a field that is lost.
      const plain = new Class({
        ...extra(name),
        ...Object.fromEntries(
          Object.entries(args).filter(([argument]) => ['units', 'cones', 'k'].includes(argument)),
        ),
      }).getConfig() as Args;
      for (const [argument, value] of Object.entries(args)) {
        if (['units', 'cones', 'k'].includes(argument)) continue;
        assert.notDeepEqual(plain[argument], value, `${argument} is a default`);
      }
      // Arguments that this table does not know, by what the layer says that it takes.
      const message = messageOf(() => new Class({...args, ...extra(name), banana: 1}));
      const own = /it takes ([^.]*)\./.exec(message)![1].split(', ');
      assert.sameMembers(own, [...Object.keys(args), ...except]);
    });

    if (except.includes('linsolve')) {
      it(`${name}: linsolve, by its own config`, () => {
        const config = new classes[name]({...args, ...extra(name), linsolve: qr()}).getConfig();
        assert.deepEqual(config.linsolve, SAVED_QR);
      });
    }
  }

  it('constants, through JSON', () => {
    const constants = {
      G: [[1.5, -2]],
      h: [0.25],
    };
    const layer = new library.QPLayer({constants, units: 2});
    const saved = JSON.parse(JSON.stringify(layer.getConfig().constants)) as Args[];
    const again = new library.QPLayer({constants: saved as never, units: 2}).getConfig().constants;
    assert.deepEqual(again, layer.getConfig().constants);
    const text = JSON.stringify(saved);
    for (const part of ['"G"', '"h"', '1.5', '-2', '0.25', '[1,2]', '[1]']) assert.include(text, part);
  });

  it('the cell of FixedPointLayer, with its class and config', () => {
    const config = new library.FixedPointLayer({cell: new TanhCell({name: 'inner'} as never)}).getConfig();
    const cell = config.cell as {className: string; config: Args};
    assert.equal(cell.className, 'TestTanhCell');
    assert.equal(cell.config.name, 'inner');
  });
});
