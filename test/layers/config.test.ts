/** @file What a layer was made with stands in its config, argument by argument: a field that getConfig loses is found. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as library from '../../src/index.js';
import '../helpers/backends.js';
import {messageOf} from '../helpers/expect.js';
import {ARGUMENTS, CLASSES, extra, REQUIRED, type Args} from './arguments.js';
import {TanhCell} from './models.js';

const {linsolve} = library;

const qr = () => linsolve.qr({rcond: 1e-3});
const SAVED_QR = {className: 'qr', config: {rcond: 1e-3}};

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
      const Class = CLASSES[name];
      const common = {name: 'mine', trainable: false};
      const config = new Class({...args, ...common, ...extra(name)}).getConfig() as Args;
      for (const [argument, value] of Object.entries({...args, ...common})) {
        assert.deepEqual(config[argument], value, argument);
      }
      // A default would hide a field that is lost.
      const plain = new Class({
        ...extra(name),
        ...Object.fromEntries(Object.entries(args).filter(([argument]) => REQUIRED.includes(argument))),
      }).getConfig() as Args;
      for (const [argument, value] of Object.entries(args)) {
        if (REQUIRED.includes(argument)) continue;
        assert.notDeepEqual(plain[argument], value, `${argument} is a default`);
      }
      // Arguments that this table does not know, by what the layer says that it takes.
      const message = messageOf(() => new Class({...args, ...extra(name), banana: 1}));
      const own = /it takes ([^.]*)\./.exec(message)![1].split(', ');
      assert.sameMembers(own, [...Object.keys(args), ...except]);
    });

    if (except.includes('linsolve')) {
      it(`${name}: linsolve, by its own config`, () => {
        const config = new CLASSES[name]({...args, ...extra(name), linsolve: qr()}).getConfig();
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
