/** @file Mistakes with a layer of one's own, each with a message that names the way out. */
import * as tf from '@tensorflow/tfjs-core';
import {input, layers as keras, model, type Shape} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {SolverLayer, solvers, Status} from '../../src/index.js';
import {expectNoLeak, messageOf} from '../helpers/expect.js';
import {describeOnCpu, warningsOf} from './on-cpu.js';

type OnFailure = 'warn' | 'throw' | 'ignore' | undefined;
const fun = (z: tf.Tensor, x: tf.Tensor) => tf.sub(z, tf.sum(x, 1, true));

/** The sum of each row, by bisection between the bounds. */
class Total extends SolverLayer {
  static readonly className: string = 'TestTotal';
  protected override readonly inputNames = ['x'];
  private readonly lower: number;
  private readonly upper: number;

  constructor(
    args: {name?: string; lower?: number; upper?: number} = {},
    private readonly records = true,
    private readonly onFailure: OnFailure = undefined,
  ) {
    super('TestTotal', args, ['lower', 'upper']);
    [this.lower, this.upper] = [args.lower ?? -100, args.upper ?? 100];
  }

  protected override solve([x]: tf.Tensor[]): tf.Tensor {
    const {lower, upper} = this;
    const {x: z, state} = new solvers.Bisection({fun}).run(tf.zeros([x.shape[0], 1]), {lower, upper}, x);
    if (this.records) this.remember(state, this.onFailure);
    return z;
  }
}

class Declared extends Total {
  static override readonly className: string = 'TestDeclared';
  override computeOutputShape(shape: Shape | Shape[]): Shape {
    return [(shape as Shape)[0], 1];
  }
}

const said = (f: () => unknown) => messageOf(() => tf.tidy(() => void f()));
const inModel = (layer: SolverLayer) => {
  const x = input({shape: [3]});
  return model({inputs: x, outputs: layer.apply(x) as typeof x});
};

describeOnCpu('a mistake in a layer of one’s own', () => {
  it('no static className', () => {
    class Nameless extends SolverLayer {
      protected override readonly inputNames = ['x'];
      constructor() {
        super('Nameless', {}, []);
      }
      protected override solve([x]: tf.Tensor[]): tf.Tensor {
        return x;
      }
    }
    assert.match(
      said(() => new Nameless()),
      /^Nameless: .*Add static className = 'Nameless'; to it.*registerClass/,
    );
  });

  it('an option that the constructor does not name to super', () => {
    class Plain extends SolverLayer {
      static readonly className = 'TestPlain';
      protected override readonly inputNames = ['x'];
      constructor(args: object) {
        super('TestPlain', args, []);
      }
      protected override solve([x]: tf.Tensor[]): tf.Tensor {
        return x;
      }
    }
    assert.include(
      said(() => new Plain({order: 2})),
      "unknown argument 'order'; it takes none. A class of your own lists its options in the third argument of super.",
    );
    assert.include(
      said(() => new Total({uper: 2} as never)),
      "it takes lower, upper. Did you mean 'upper'?",
    );
  });

  it('an output of another shape than a model was told', () =>
    expectNoLeak(() => {
      const [net, right] = [inModel(new Total()), inModel(new Declared())];
      assert.include(
        said(() => net.predict(tf.ones([2, 3]))),
        'TestTotal: solve returned [2, 1], but computeOutputShape says [2, 3]. Without a computeOutputShape of its own',
      );
      tf.tidy(() => {
        assert.deepEqual((right.predict(tf.ones([2, 3])) as tf.Tensor).arraySync(), [[3], [3]]);
        // Without a model nobody relies on it.
        const alone = new Total();
        assert.deepEqual((alone.apply(tf.ones([1, 3])) as tf.Tensor).arraySync(), [[3]]);
        alone.dispose();
      });
      [net, right].forEach((each) => each.dispose());
    }));

  it('an input without a batch axis, with the reason kept', () => {
    const layer = new Total();
    try {
      tf.tidy(() => void layer.apply(tf.ones([3])));
      assert.fail('nothing was thrown');
    } catch (error) {
      const {message, cause} = error as Error;
      assert.match(message, /^TestTotal: it cannot take x of shape \[3\]: /);
      assert.include(message, 'The first axis is the batch: tf.expandDims(x, 0) makes a batch of one.');
      assert.instanceOf(cause, Error);
    }
    layer.dispose();
  });

  it('diagnostics of a solve that was not recorded, or did not happen', async () => {
    const [silent, fresh] = [new Total({name: 'silent'}, false), new Total({name: 'fresh'})];
    tf.tidy(() => void silent.apply(tf.ones([1, 3])));
    const of = (layer: SolverLayer) => layer.diagnostics().then(String, (error: Error) => error.message);
    assert.equal(await of(silent), 'silent has not recorded a solve: call this.remember(state) in solve.');
    assert.equal(await of(fresh), 'fresh has not been called yet.');
    silent.dispose();
  });

  it('failed samples: a word where the layer asks for it, and the status anyway', async () => {
    const x = tf.tensor2d([[1, 1, 1], [9, 9, 9]]); // prettier-ignore
    const calls = (onFailure: OnFailure, name: string) => {
      const layer = new Total({name, upper: 5}, true, onFailure);
      return {layer, call: () => tf.tidy(() => void layer.apply(x))};
    };
    const [quiet, loud, strict] = [calls(undefined, 'a'), calls('warn', 'b'), calls('throw', 'c')];
    assert.equal(warningsOf(quiet.call), '');
    const WANTED =
      /TestTotal 'b': 1 of 2 problems not solved: sample 1 has invalid input .*bounds without a root/;
    assert.match(warningsOf(loud.call), WANTED);
    assert.match(messageOf(strict.call), /TestTotal 'c': 1 of 2 problems not solved/);
    for (const {layer} of [quiet, loud, strict]) {
      assert.deepEqual((await layer.diagnostics()).status, [Status.SOLVED, Status.INVALID_INPUT]);
      layer.dispose();
    }
    x.dispose();
  });

  it('other layers of a model are left alone', () =>
    expectNoLeak(() => {
      const x = input({shape: [3]});
      const dense = keras.dense({units: 2, kernelInitializer: 'ones'}).apply(x) as typeof x;
      const net = model({inputs: x, outputs: new Declared().apply(dense) as typeof x});
      tf.tidy(() => assert.deepEqual((net.predict(tf.ones([1, 3])) as tf.Tensor).arraySync(), [[6]]));
      net.dispose();
    }));
});
