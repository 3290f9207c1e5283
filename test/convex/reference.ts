/** @file Compares a problem of the modelling language with what CVXPY gives for it: value, solution and gradient. */
import {readFileSync} from 'node:fs';
import * as tf from '@tensorflow/tfjs';
import {assert} from 'chai';
import type {convex} from '../../src/index.js';

/** An entry of fixtures/convex/*.json. */
export interface Reference {
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

/** The references of a file. */
export function referencesIn(file: string): Reference[] {
  const text = readFileSync(new URL(`../fixtures/convex/${file}.json`, import.meta.url), 'utf8');
  return (JSON.parse(text) as {problems: Reference[]}).problems;
}

/** The values of the parameters as tensors. */
export function tensorsOf(
  problem: convex.ConvexProblem,
  values: Record<string, number[]>,
): Record<string, tf.Tensor> {
  return Object.fromEntries(
    [...problem.parameters].map(([name, {shape}]) => [name, tf.tensor(values[name], [...shape], 'float32')]),
  );
}

/** Asserts that the problem has the value, the solution and the gradient of the reference. */
export function expectReference(
  problem: convex.ConvexProblem,
  {values, value, x, gradient}: Reference,
): void {
  const {value: closeValue, x: closeX, gradient: closeGradient} = TOLERANCES[problem.kind];
  const options: convex.SolveOptions = {onFailure: 'throw'};
  tf.tidy(() => {
    const given = tensorsOf(problem, values);
    const found = problem.solve(given, options);
    assert.closeTo(found.value.dataSync()[0], value, closeValue * Math.max(1, Math.abs(value)), 'value');
    const size = Math.max(1, ...Object.values(x).map(largest));
    for (const [variable, expected] of Object.entries(x)) {
      assert.isAtMost(farthest(found.variables[variable].dataSync(), expected), closeX * size, variable);
    }
    if (!gradient) return;
    const order = Object.keys(x);
    const loss = (...list: tf.Tensor[]) => {
      const named = Object.fromEntries([...problem.parameters.keys()].map((key, i) => [key, list[i]]));
      const {variables} = problem.solve(named, options);
      const entries = tf.concat(order.map((variable) => tf.reshape(variables[variable], [-1])));
      return tf.sum(tf.mul(entries, tf.cos(tf.range(0, entries.size))));
    };
    const gradients = tf.grads(loss)([...problem.parameters.keys()].map((key) => given[key]));
    const steepest = Math.max(1, ...Object.values(gradient).map(largest));
    [...problem.parameters.keys()].forEach((key, i) => {
      const off = farthest(gradients[i].dataSync(), gradient[key]);
      assert.isAtMost(off, closeGradient * steepest, `gradient of ${key}`);
    });
  });
}

function farthest(found: ArrayLike<number>, expected: readonly number[]): number {
  return expected.reduce((most, value, i) => Math.max(most, Math.abs(found[i] - value)), 0);
}

const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
