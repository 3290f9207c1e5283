/** @file What every layer must do in a model: train, save and load, report, and leave nothing behind. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {loadLayersModel, type LayersModel} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {folder} from '../../examples/support/file-system.js';
import {describeAnyHost} from '../helpers/backends.js';
import {LONG} from '../helpers/effort.js';
import {expectClose} from '../helpers/expect.js';
import {CASES, compiled, data} from './models.js';

describeAnyHost('every layer', (backend) => {
  for (const item of CASES) {
    describe(item.name, () => {
      it('trains in a model, and no epoch leaves a tensor behind', async () => {
        const before = tf.memory().numTensors;
        const {model, layer} = compiled(item);
        const {x, y} = data(item);
        // The first step makes the optimiser's own variables.
        const [first] = (await model.fit(x, y, {epochs: 1, batchSize: 8, verbose: 0})).history.loss;
        const trained = tf.memory().numTensors;
        // How far it trains is no matter of tensorflow.
        const far = LONG || backend === 'cpu';
        const epochs = far ? (item.epochs ?? 10) : 2;
        const history = await model.fit(x, y, {epochs, batchSize: 8, verbose: 0});
        const losses = history.history.loss as number[];
        assert.isBelow(losses[epochs - 1], (far ? 0.985 : 1) * (first as number), 'the loss falls');
        assert.equal(tf.memory().numTensors, trained, 'after fit');
        tf.dispose(model.evaluate(x, y));
        tf.dispose(model.predict(x));
        assert.equal(tf.memory().numTensors, trained, 'after evaluate and predict');
        const {status} = await layer.diagnostics();
        assert.deepEqual(new Set(status), new Set([0]));
        assert.lengthOf(status, 24);
        model.dispose();
        model.optimizer.dispose();
        tf.dispose([x, y]);
        assert.equal(tf.memory().numTensors, before, 'after dispose');
      });

      it('predicts the same to the last bit after it was saved and loaded', async () => {
        const {model} = compiled(item);
        const {x, y} = data(item);
        await model.fit(x, y, {epochs: 2, verbose: 0});
        const path = await mkdtemp(join(tmpdir(), 'tfjs-implicit-'));
        try {
          await model.save(folder(path));
          const loaded = await loadLayersModel(folder(path));
          const [own, other] = [model, loaded].map((m) => m.predict(x) as tf.Tensor);
          // A warm start carries the previous solution along, which the file does not hold.
          const warm = model.layers.at(-1)!.getConfig().warmStart === true;
          expectClose(other, own, warm ? 1e-4 : 0);
          // tfjs writes undefined as null.
          const withoutNull = (_: string, value: unknown) => value ?? undefined;
          const configOf = (m: LayersModel) =>
            JSON.parse(JSON.stringify(m.layers.at(-1)!.getConfig(), withoutNull)) as object;
          assert.deepEqual(configOf(loaded), configOf(model));
          tf.dispose([own, other]);
          loaded.dispose();
        } finally {
          await rm(path, {recursive: true});
        }
        model.dispose();
        tf.dispose([x, y]);
      });

      it('shows in summary with its output shape', () => {
        const {model} = compiled(item);
        const lines: string[] = [];
        model.summary(undefined, undefined, (line: string) => lines.push(line));
        assert.include(lines.join('\n'), `[null,${String(item.width[1])}]`);
        model.dispose();
      });

      it('refuses an unknown argument by name', () => {
        const built = item.layer();
        const Class = built.constructor as new (args: object) => unknown;
        const config = {...built.getConfig(), tolerence: 1};
        assert.throws(() => new Class(config), /unknown argument 'tolerence'/);
      });
    });
  }
});
