/** @file Random problems of the modelling language: values, solutions and gradients are those that CVXPY gives with Clarabel. */
import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import {convex} from '../../src/index.js';

interface Reference {
  name: string;
  problem: convex.SavedProblem;
  values: Record<string, number[]>;
  value: number;
  x: Record<string, number[]>;
  /** Of Σ cos(i) xᵢ over the entries of all variables. */
  gradient?: Record<string, number[]>;
}

/** How close values, solutions and gradients are. */
const TOLERANCES = {
  quadratic: {value: 1e-6, x: 1e-5, gradient: 1e-4},
  conic: {value: 1e-6, x: 1e-4, gradient: 1e-3},
};

const referencesOf = (kind: string) =>
  (
    JSON.parse(readFileSync(new URL(`../fixtures/convex/${kind}.json`, import.meta.url), 'utf8')) as {
      problems: Reference[];
    }
  ).problems;

/** The values of the parameters as tensors. */
function tensorsOf(
  problem: convex.ConvexProblem,
  values: Record<string, number[]>,
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    [...problem.parameters].map(([name, {shape}]) => [name, tf.tensor(values[name], [...shape], 'float32')]),
  );
}

function farthest(found: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(found[i] - value)), 0);
}

const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

for (const kind of ['quadratic', 'conic'] as const) {
  const {value: closeValue, x: closeX, gradient: closeGradient} = TOLERANCES[kind];
  const options: convex.SolveOptions = {onFailure: 'throw'};

  describe(`random ${kind} problems, against CVXPY`, () => {
    before(async () => {
      await tf.setBackend('wasm');
    });

    for (const {name, problem: saved, values, value, x, gradient} of referencesOf(kind)) {
      it(`${name}${gradient ? ', with its gradient' : ''}`, () => {
        tf.tidy(() => {
          const problem = convex.problemFromJSON(saved);
          assert.equal(problem.kind, kind);
          const given = tensorsOf(problem, values);
          const found = problem.solve(given, options);
          assert.closeTo(
            found.value.dataSync()[0],
            value,
            closeValue * Math.max(1, Math.abs(value)),
            'value',
          );
          const size = Math.max(1, ...Object.values(x).map(largest));
          for (const [variable, expected] of Object.entries(x)) {
            assert.isAtMost(
              farthest(found.variables[variable].dataSync(), expected),
              closeX * size,
              variable,
            );
          }
          if (!gradient) return;
          const order = Object.keys(x);
          const loss = (...list: tf.Tensor[]) => {
            const named = Object.fromEntries([...problem.parameters.keys()].map((key, i) => [key, list[i]]));
            const {variables} = problem.solve(named, options);
            const entries = tf.concat(order.map((variable) => tf.reshape(variables[variable], [-1])));
            return tf.sum(
              tf.mul(entries, tf.tensor1d(Array.from({length: entries.size}, (_, i) => Math.cos(i)))),
            );
          };
          const gradients = tf.grads(loss)([...problem.parameters.keys()].map((key) => given[key]));
          const steepest = Math.max(1, ...Object.values(gradient).map(largest));
          [...problem.parameters.keys()].forEach((key, i) => {
            assert.isAtMost(
              farthest(gradients[i].dataSync(), gradient[key]),
              closeGradient * steepest,
              `gradient of ${key}`,
            );
          });
        });
      });
    }
  });
}
