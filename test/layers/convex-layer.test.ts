/** @file ConvexLayer: several outputs, multipliers, learned parameters that keep their sign, constants of each rank, another process. */
import {execFileSync} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import {input, model as modelOf, sequential, type SymbolicTensor} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import {folder} from '../../examples/support/file-system.js';
import {convex, ConvexLayer} from '../../src/index.js';
import {bundled} from '../helpers/bundled.js';
import {describeOnCpu, run} from './on-cpu.js';

const {add, equal, greaterEqual, lessEqual, matMul, mul, norm1, parameter, problem, sub, sum, variable} =
  convex;

/** Portfolios: expected returns less risk and costs of trading, for a budget. */
function portfolio() {
  const [x, spent] = [variable('x', [3]), variable('spent')];
  const [returns, risk] = [parameter('returns', [3]), parameter('Risk', [3, 3], {psd: true})];
  const [cost, aversion] = [
    parameter('cost', [], {sign: 'nonNegative'}),
    parameter('aversion', [], {sign: 'nonPositive'}),
  ];
  return problem({
    maximize: add(matMul(returns, x), mul(aversion, convex.quadForm(x, risk)), mul(-1, mul(cost, norm1(x)))),
    subjectTo: [
      equal(sum(x), spent, {name: 'sum'}),
      lessEqual(spent, 1, {name: 'Budget'}),
      greaterEqual(x, 0, {name: 'noDebt'}),
    ],
  });
}

/** The nearest point of a ball, with an expression that occurs so often that it is saved as a definition. */
function inBall() {
  const x = variable('x', [3]);
  let way = sub(x, parameter('center', [3]));
  for (let i = 0; i < 5; i++) way = add(way, way);
  return problem({
    minimize: convex.sumSquares(sub(way, parameter('to', [3]))),
    subjectTo: [lessEqual(convex.norm2(way), 0.5, {name: 'Ball'})],
  });
}

const args = {
  problem: portfolio(),
  inputs: ['returns'],
  outputs: ['spent', 'x'],
  duals: ['Budget', 'noDebt'],
  seed: 1,
};
const returns = () => tf.tensor2d([[1, 2, -1], [0.5, 0.1, 3]]); // prettier-ignore

describeOnCpu('ConvexLayer', () => {
  it('gives out variables and multipliers in the order that is asked for', () => {
    tf.tidy(() => {
      const layer = new ConvexLayer({...args, constants: {cost: 0.1}});
      const found = run(layer, returns()) as unknown as tf.Tensor[];
      assert.deepEqual(
        found.map(({shape}) => shape),
        [[2], [2, 3], [2], [2, 3]],
      );
      assert.deepEqual(layer.computeOutputShape([null, 3]), [[null], [null, 3], [null], [null, 3]]);
      const theirs = args.problem.solve({returns: returns(), cost: 0.1, aversion: -1, Risk: tf.eye(3)});
      const expected = [theirs.variables.spent, theirs.variables.x, theirs.duals.Budget, theirs.duals.noDebt];
      found.forEach((tensor, i) => assert.deepEqual(tensor.dataSync(), expected[i].dataSync()));
    });
  });

  it('describes the problem and which parameters are fed, constant and learned', () => {
    const layer = new ConvexLayer({...args, constants: {cost: 0.1}});
    const text = layer.describe();
    for (const part of ['maximize', 'spent ≤ 1', '(Budget)', 'returns', 'aversion', 'LLᵀ'])
      assert.include(text, part);
  });

  it('keeps the sign of what it learns', async () => {
    const layer = new ConvexLayer({...args, outputs: ['x'], duals: [], inputShape: [3]});
    const model = sequential({layers: [layer]});
    model.compile({optimizer: tf.train.sgd(5), loss: 'meanSquaredError'});
    const [x, y] = [returns(), tf.tensor2d([[9, 9, -9], [-9, 9, 9]])]; // prettier-ignore
    const {history} = await model.fit(x, y, {epochs: 6, verbose: 0});
    assert.isTrue((history.loss as number[]).every(Number.isFinite));
    // The step is so large that each weight has changed its sign.
    assert.isTrue(layer.getWeights().some((weight) => weight.size === 1 && weight.dataSync()[0] < 0));
    assert.deepEqual((await layer.diagnostics()).status, [0, 0]);
    model.dispose();
    model.optimizer.dispose();
    tf.dispose([x, y]);
  });

  it('takes constants that are numbers, and tensors of rank 3', () => {
    tf.tidy(() => {
      const x = variable('x', [2, 1, 3]);
      const target = parameter('target', [2, 1, 3]);
      const weight = parameter('weight', [], {sign: 'nonNegative'});
      const nearest = problem({
        minimize: add(convex.sumSquares(sub(x, target)), mul(weight, sum(mul(x, parameter('slope', [3]))))),
      });
      const constants = {weight: 2, target: tf.ones([2, 1, 3])};
      const layer = new ConvexLayer({problem: nearest, inputs: ['slope'], constants});
      const copy = new ConvexLayer(
        JSON.parse(JSON.stringify(layer.getConfig())) as ConstructorParameters<typeof ConvexLayer>[0],
      );
      for (const each of [layer, copy]) {
        const found = run(each, tf.tensor2d([[0, 1, 2]]));
        assert.deepEqual(found.shape, [1, 2, 1, 3]);
        assert.deepEqual(Array.from(found.dataSync()), [1, 0, -1, 1, 0, -1]);
      }
    });
  });

  it('predicts the same to the last bit in another process', async () => {
    const fed = input({shape: [3]});
    const layer = new ConvexLayer({...args, constants: {cost: tf.scalar(0.1)}});
    const ball = new ConvexLayer({problem: inBall(), inputs: ['to'], duals: ['Ball'], seed: 2});
    assert.isAbove(inBall().toJSON().definitions!.length, 0);
    const outputs = [layer, ball].flatMap((each) => each.apply(fed) as SymbolicTensor[]);
    const model = modelOf({inputs: fed, outputs});
    const path = await mkdtemp(join(tmpdir(), 'tfjs-implicit-'));
    try {
      await model.save(folder(path));
      const own = tf.tidy(() =>
        (model.predict(returns()) as tf.Tensor[]).map((tensor) => Array.from(tensor.dataSync())),
      );
      const program = `
        import * as tf from '@tensorflow/tfjs';
        import './src/index.js';
        import {folder} from './examples/support/file-system.js';
        await tf.setBackend('cpu');
        const model = await tf.loadLayersModel(folder(${JSON.stringify(path)}));
        const found = model.predict(tf.tensor2d([[1, 2, -1], [0.5, 0.1, 3]]));
        console.log('found' + JSON.stringify(found.map((tensor) => Array.from(tensor.dataSync()))));`;
      const printed = execFileSync(process.execPath, [bundled('convex-layer', program)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      assert.deepEqual(JSON.parse(printed.slice(printed.indexOf('found') + 5)) as unknown, own);
    } finally {
      await rm(path, {recursive: true});
      model.dispose();
    }
  }).timeout(120_000);

  it('refuses names that are unknown, used twice or both fed and constant', () => {
    const says = (given: object, message: RegExp) =>
      assert.throws(() => new ConvexLayer({...args, ...given} as never), message);
    says({inputs: ['return']}, /inputs contains 'return', but the problem's parameters are/);
    says({inputs: []}, /inputs must be a list/);
    says({outputs: ['x', 'x']}, /outputs contains 'x' twice/);
    says(
      {duals: ['budget']},
      /duals contains 'budget', but the problem's constraints are sum, Budget, noDebt/,
    );
    says({constants: {returns: [1, 2, 3]}}, /returns is both an input and a constant/);
    says({constants: {cost: [1, 2]}}, /the constant cost must/);
    says({problem: {}}, /problem must be made by convex\.problem/);
  });
});
