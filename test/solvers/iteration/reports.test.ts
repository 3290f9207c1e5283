/** @file `onIteration` and `verbose` of every iterative solver: what they tell, and that they change nothing. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import {projections, solvers} from '../../../src/index.js';
import {flatten, type Structure} from '../../../src/autodiff/index.js';
import {describeUnreadable} from '../../helpers/unreadable.js';
import {expectClose, expectNoLeak, messageOf} from '../../helpers/expect.js';
import {ITERATIVE_SOLVERS, type Stepwise} from '../../zoo/iterative-solvers.js';
import '../../helpers/backends.js';

/** A report with numbers for tensors. */
interface Noted {
  iteration: number;
  residual: number[];
  x?: number[];
  stepSize?: number[];
  value?: number[];
}

const numbers = (tensor: tf.Tensor | undefined) => tensor && Array.from(tensor.dataSync());
const flat = (x: Structure | undefined) => x && flatten(x).flatMap((leaf) => Array.from(leaf.dataSync()));

function notes(): {list: Noted[]; onIteration: (report: solvers.IterationReport) => void} {
  const list: Noted[] = [];
  return {
    list,
    onIteration: ({iteration, residual, x, stepSize, value}) =>
      void list.push({
        ...{iteration, residual: numbers(residual)!, x: flat(x)},
        ...{stepSize: numbers(stepSize), value: numbers(value)},
      }),
  };
}

/** What `f` prints with console.log. */
async function linesOf(f: () => unknown): Promise<string[]> {
  const printed: string[] = [];
  const {log} = console;
  console.log = (text: string) => void printed.push(text);
  try {
    await f();
    await new Promise((resolve) => setTimeout(resolve, 0));
  } finally {
    console.log = log;
  }
  return printed;
}

/** Those that know a length of their steps, and those that know an objective. */
const STEP = /Descent|Proximal|Projected|BFGS|Newton|CG|Broyden|SGD/;
const NO_STEP = /GaussNewton|BlockCoordinate/;
const VALUE = /Descent|Proximal|Projected|BFGS|Newton$|CG|GaussNewton|Levenberg|SGD/;

describe('reports of an iteration', () => {
  before(async () => {
    await tf.setBackend('cpu');
    tf.dispose(tf.zeros([1]));
  });

  for (const [name, {make, init, params, batch}] of Object.entries(ITERATIVE_SOLVERS)) {
    // Its case gives the options to the solver inside, whose steps are another's.
    if (name === 'AndersonWrapper') continue;
    it(`${name}: one for each iteration, and the same solution as without`, () =>
      expectNoLeak(() =>
        tf.tidy(() => {
          const {list, onIteration} = notes();
          const run = (options: object) => {
            const solver = make(options) as Stepwise;
            const {x, state} = solver.run(init(), ...(params() as never[]));
            return {x: flat(x)!, iterations: numbers(state.iterations)!, residual: numbers(state.residual)!};
          };
          const plain = run({});
          assert.deepEqual(run({onIteration}), plain);
          const most = Math.max(...plain.iterations);
          assert.deepEqual(list.map(({iteration}) => iteration), list.map((_, k) => k + 1)); // prettier-ignore
          assert.isAtLeast(list.length, most);
          assert.deepEqual(list[0].x, flat(init()));
          assert.equal(list[0].stepSize !== undefined, STEP.test(name) && !NO_STEP.test(name), 'step size');
          assert.equal(list[0].value !== undefined, VALUE.test(name), 'value');
          const last = list.at(-1)!;
          assert.deepEqual(last.residual, plain.residual);
          for (const {residual, stepSize, value} of list) {
            assert.lengthOf(residual, batch);
            if (stepSize) assert.include([1, batch], stepSize.length);
            for (const number of [...(stepSize ?? []), ...(value ?? [])]) assert.isFinite(number);
          }
        }),
      ));
  }

  const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.square(tf.sub(x, c)), 1);
  const c = () => tf.tensor2d([[1, 2], [3, 4]]); // prettier-ignore

  it('hold the objective and the step of the point from which the iteration set out', () =>
    tf.tidy(() => {
      const {list, onIteration} = notes();
      const solver = new solvers.GradientDescent({fun}, {stepSize: 0.25, acceleration: false, onIteration});
      solver.run(tf.zeros([2, 2]), c());
      expectClose(list[0].value!, [5, 25]);
      expectClose(list[1].x!, [0.5, 1, 1.5, 2]);
      expectClose(list[1].value!, [1.25, 6.25]);
      assert.deepEqual(list[1].stepSize, [0.25]);
    }));

  it('have no value where only a gradient is known', () =>
    tf.tidy(() => {
      const gradient = (x: tf.Tensor, at: tf.Tensor) => tf.mul(2, tf.sub(x, at));
      const runs: Record<string, (options: object) => unknown> = {
        GradientDescent: (options) =>
          new solvers.GradientDescent({gradient}, options).run(tf.zeros([2, 2]), c()),
        BFGS: (options) => new solvers.BFGS({gradient}, options).run(tf.zeros([2, 2]), c()),
        LBFGSB: (options) =>
          new solvers.LBFGSB({gradient}, options).run(tf.zeros([2, 2]), {lower: 0, upper: 9}, c()),
        ArmijoSGD: (options) => new solvers.ArmijoSGD({gradient}, options).run(tf.zeros([2, 2]), c()),
      };
      for (const [name, run] of Object.entries(runs)) {
        const {list, onIteration} = notes();
        run({onIteration});
        assert.isNotEmpty(list, name);
        list.forEach(({value, stepSize}) =>
          assert.deepEqual([value, stepSize === undefined], [undefined, false], name),
        );
      }
    }));

  it('come from `update` and `runIterator` too, numbered on', () =>
    expectNoLeak(async () => {
      const {list, onIteration} = notes();
      const solver = new solvers.BFGS({fun}, {onIteration});
      tf.tidy(() => {
        let progress = solver.start(tf.zeros([2, 2]), c());
        for (let k = 0; k < 3; k++) progress = solver.update(progress, c());
      });
      assert.deepEqual(list.map(({iteration}) => iteration), [1, 2, 3]); // prettier-ignore
      const {list: batches, onIteration: note} = notes();
      const loss = (x: tf.Tensor, data: tf.Tensor) => tf.mean(tf.square(tf.sub(x, data)));
      const sgd = new solvers.PolyakSGD({fun: loss}, {onIteration: note, maxStepSize: 0.25});
      const made = function* () {
        for (let k = 0; k < 4; k++) yield tf.tensor1d([k]);
      };
      const start = tf.zeros([1]);
      const {x, memory, ...state} = await sgd.runIterator(start, made());
      assert.deepEqual(batches.map(({iteration}) => iteration), [1, 2, 3, 4]); // prettier-ignore
      tf.dispose([start, x, memory, state] as tf.TensorContainer);
    }));

  it('are not on the tape of an unrolled gradient', () =>
    tf.tidy(() => {
      const slope = (options: object) => {
        const solver = new solvers.GradientDescent(
          {fun},
          {...{implicitDiff: false, stepSize: 0.25}, ...options},
        );
        return tf.grad((at: tf.Tensor) => tf.sum(solver.run(tf.zeros([2, 2]), at).x as tf.Tensor))(c());
      };
      let seen = 0;
      const onIteration = ({x}: solvers.IterationReport) => void (tf.square(x as tf.Tensor), seen++);
      expectClose(slope({onIteration}), slope({}));
      assert.isAbove(seen, 0);
    }));

  it('of splittings and kernels: the looks at their state, or one at the end', () =>
    tf.tidy(() => {
      const [Q, v] = [tf.tensor3d([[[2, 0], [0, 3]]]), tf.tensor2d([[1, -2]])]; // prettier-ignore
      const A = tf.tensor3d([[[1, 1], [1, -1]]]); // prettier-ignore
      const [l, u] = [tf.tensor2d([[-0.25, -0.5]]), tf.tensor2d([[0.25, 0.5]])];
      const runs: Record<string, (options: object) => unknown> = {
        BoxOSQP: (options) => new solvers.BoxOSQP(options).run(null, {Q, p: v, A, l, u}),
        OSQP: (options) =>
          new solvers.OSQP(options).run(null, {
            ...{Q, p: v, G: A, h: u, A: tf.zeros([1, 0, 2]), b: tf.zeros([1, 0])},
          } as never),
        BoxCDQP: (options) => new solvers.BoxCDQP(options).run(null, {Q, p: v, l, u}),
        'ConicSplitting, cones known': (options) =>
          new solvers.ConicSplitting((y) => projections.nonNegative(y), options).run(null, {c: tf.ones([1, 2]), E: tf.expandDims(tf.neg(tf.eye(2)), 0), d: tf.ones([1, 2])} as never),
        'ConicSplitting, cones unknown': (options) =>
          new solvers.ConicSplitting((y) => tf.relu(y), options).run(null, {c: tf.ones([1, 2]), E: tf.expandDims(tf.neg(tf.eye(2)), 0), d: tf.ones([1, 2])} as never),
        SparseCoding: (options) =>
          new solvers.SparseCoding(options).run(tf.zeros([1, 2]), {l1: 0.1, l2: 0}, tf.tensor2d([[1, 0.5], [0, 1]]), tf.ones([1, 2])),
      }; // prettier-ignore
      for (const [name, run] of Object.entries(runs)) {
        const {list, onIteration} = notes();
        run({onIteration});
        assert.isNotEmpty(list, name);
        list.forEach(({iteration}, k) => assert.isAbove(iteration, list[k - 1]?.iteration ?? -1, name));
        assert.isBelow(list.at(-1)!.residual[0], 1e-4, name);
      }
    }));

  it('of AndersonWrapper are those of the accelerated map', () =>
    tf.tidy(() => {
      const {list, onIteration} = notes();
      const inner = new solvers.GradientDescent({fun}, {stepSize: 0.1, acceleration: false});
      const {state} = new solvers.AndersonWrapper(inner, {onIteration}).run(tf.zeros([2, 2]), c());
      assert.isAtLeast(list.length, Math.max(...numbers(state.iterations)!));
      assert.deepEqual(list.at(-1)!.residual, numbers(state.residual));
    }));

  it('print lines now and then, and one at the end', async () => {
    const lines = await linesOf(() =>
      tf.tidy(() => {
        const options = {
          verbose: true,
          stepSize: 0.02,
          acceleration: false,
          maxIterations: 130,
          tolerance: 0,
        };
        new solvers.GradientDescent({fun}, options).run(tf.zeros([2, 2]), c());
      }),
    );
    const at = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
    assert.lengthOf(lines, at.length + 1);
    at.forEach((k, i) =>
      assert.match(lines[i], new RegExp(`^GradientDescent ${k}: residual \\d\\.\\d\\de[-+]\\d+ \\(largest of 2\\), step size 2\\.00e-2, mean value \\S+$`)),
    ); // prettier-ignore
    assert.match(
      lines.at(-1)!,
      /^GradientDescent: 0 of 2 samples solved after 130 iterations, residual \S+$/,
    );
    const single = await linesOf(() =>
      tf.tidy(() => void new solvers.BFGS({fun}, {verbose: true}).run(tf.zeros([1, 2]), tf.ones([1, 2]))),
    );
    assert.match(single[0], /^BFGS 1: residual \S+, step size \S+, value 2\.00e\+0$/);
    assert.match(single.at(-1)!, /^BFGS: solved after \d+ iterations, residual \S+$/);
    const silent = await linesOf(() =>
      tf.tidy(() => void new solvers.BFGS({fun}, {verbose: false}).run(tf.zeros([1, 2]), tf.ones([1, 2]))),
    );
    assert.isEmpty(silent);
  });

  it('are refused where they are of a wrong kind', () => {
    assert.match(
      messageOf(() => new solvers.BFGS({fun}, {onIteration: 3 as never})),
      /BFGS: onIteration must be a function, got number '3'/,
    );
    assert.match(
      messageOf(() => new solvers.BoxOSQP({verbose: 1 as never})),
      /BoxOSQP: verbose must be true or false, got number '1'/,
    );
  });
});

describeUnreadable('reports where the host cannot read', () => {
  it('are tensors', () => {
    const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.square(tf.sub(x, c)), 1);
    let seen = 0;
    const onIteration = ({residual}: solvers.IterationReport) => {
      seen++;
      assert.deepEqual(residual.shape, [1]);
    };
    const options = {onIteration, maxIterations: 3, stepSize: 0.25};
    tf.tidy(() => void new solvers.GradientDescent({fun}, options).run(tf.zeros([1, 2]), tf.ones([1, 2])));
    assert.equal(seen, 3);
  });
});
