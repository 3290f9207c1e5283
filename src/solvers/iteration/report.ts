/**
 * @file Reports of an iterative solver while it runs: to a function of the caller, and as a printed line from time to time. Nothing is
 *   reported if both are off.
 */
import * as tf from '@tensorflow/tfjs-core';
import {checkFunction, describe} from '../../checks/index.js';
import {marked, offTape, type Parameter, type Structure} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import {copiesOf} from '../../kernels/index.js';
import type {IterationReport, ReportOptions} from './report-options.js';
import type {Iteration, IterationState, StepDetails} from './types.js';

export interface Reporter {
  step(report: Omit<IterationReport, 'stepSize' | 'value'>, details?: () => StepDetails): void;
  end(state: IterationState): void;
}

/** `null` if there is no listener. @throws If an option has a wrong type. */
export function reporterOf(
  className: string,
  {onIteration, verbose = false}: ReportOptions,
): Reporter | null {
  if (onIteration != null) checkFunction(className, 'onIteration', onIteration);
  if (typeof verbose !== 'boolean') {
    throw new Error(`${className}: verbose must be true or false, got ${describe(verbose)}.`);
  }
  if (!onIteration && !verbose) return null;
  return {
    step(given, details) {
      const {iteration} = given;
      const isShown = verbose && iteration > 0 && iteration % 10 ** Math.floor(Math.log10(iteration)) === 0;
      if (!onIteration && !isShown) return;
      offTape(() => {
        const {stepSize, value} = details?.() ?? {};
        const report: IterationReport = {...given};
        if (stepSize !== undefined) report.stepSize = tf.reshape(asTensor(stepSize), flatShape(stepSize));
        if (value !== undefined) report.value = value;
        if (isShown) print(className, report);
        onIteration?.(report);
        return [];
      });
    },
    end({status, iterations, residual}) {
      if (!verbose) return;
      whenRead({status, iterations, residual}, (values) => {
        const solved = Array.from(values.status).filter((code) => code === Status.SOLVED).length;
        const of = values.status.length === 1 ? '' : ` ${solved} of ${values.status.length} samples`;
        const how = values.status.length === 1 && solved === 0 ? 'not solved' : `${of.trim()} solved`.trim();
        console.log(
          `${className}: ${how} after ${Math.max(...Array.from(values.iterations))} iterations, residual ${largest(values.residual)}`,
        );
      });
    },
  };
}

/** The steps of an iteration, with the value of the objective at the point where each step starts. `null`: there is no objective. */
export function withValue<X extends Structure, P extends Parameter[]>(
  iteration: Iteration<X, P>,
  objective: ((x: X, ...params: P) => tf.Tensor) | null,
): Iteration<X, P> {
  if (!objective) return iteration;
  const value = marked(objective);
  return {
    ...iteration,
    functions: iteration.functions && [...iteration.functions, value],
    step(x, memory, ...params) {
      const moved = iteration.step(x, memory, ...params);
      const {details} = moved;
      return {...moved, details: () => ({...details?.(), value: value(x, ...params)})};
    },
  };
}

const asTensor = (value: number | tf.Tensor) => (typeof value === 'number' ? tf.scalar(value) : value);
const flatShape = (value: number | tf.Tensor) => (typeof value === 'number' || value.rank === 0 ? [] : [-1]);

function print(className: string, {iteration, residual, stepSize, value}: IterationReport): void {
  const tensors: Record<string, tf.Tensor> = {residual};
  if (stepSize) tensors.stepSize = stepSize;
  if (value) tensors.value = value;
  whenRead(tensors, (values) => {
    const {length} = values.residual;
    const of = length === 1 ? '' : ` (largest of ${length})`;
    const mean = (name: string, text: string) => {
      const list = Array.from(values[name] ?? []);
      if (list.length === 0) return '';
      const average = list.reduce((a, b) => a + b, 0) / list.length;
      return `, ${list.length > 1 ? 'mean ' : ''}${text} ${average.toExponential(2)}`;
    };
    console.log(
      `${className} ${iteration}: residual ${largest(values.residual)}${of}${mean('stepSize', 'step size')}${mean('value', 'value')}`,
    );
  });
}

/** NaN if there is one. */
const largest = (values: ArrayLike<number>) =>
  Array.from(values)
    .reduce((a, b) => (a > b || Number.isNaN(a) ? a : b), -Infinity)
    .toExponential(2);

/** Immediately if the host can read, otherwise as soon as the data has been read. */
function whenRead<Name extends string>(
  tensors: Record<Name, tf.Tensor>,
  f: (values: Record<Name, ArrayLike<number>>) => void,
): void {
  const copies = copiesOf(tensors);
  if (copies.values) {
    f(copies.values);
    copies.dispose();
    return;
  }
  void copies
    .read()
    .then(f)
    .finally(() => copies.dispose());
}
