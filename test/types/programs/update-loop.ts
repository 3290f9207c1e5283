/** @file A loop of one's own, one step at a time, with a solver that is made later. */
import * as tf from '@tensorflow/tfjs';
import {projections, solvers, Status} from '../../../src/index.js';

class Fitter {
  solver: solvers.LBFGS;
  progress?: solvers.Progress<tf.Tensor>;

  constructor(historySize?: number) {
    this.solver = new solvers.LBFGS(
      {fun: (x, c) => tf.sum(tf.squaredDifference(x, c), 1)},
      {historySize, tolerance: 1e-6},
    );
  }

  fit(c: tf.Tensor): tf.Tensor {
    let progress = this.solver.start(tf.zeros([1, 2]), c);
    while (progress.status.dataSync()[0] === Status.ITERATION_LIMIT) {
      const next = this.solver.update(progress, c);
      tf.dispose(progress);
      progress = next;
    }
    this.progress = progress;
    return progress.x;
  }
}

export function run() {
  const fun = (x: tf.Tensor, c: tf.Tensor) => tf.sum(tf.squaredDifference(x, c), 1);
  let solver: solvers.GradientDescent = new solvers.GradientDescent({fun: (x) => tf.sum(tf.square(x), 1)});
  for (const stepSize of [0.1, 0.2]) solver = new solvers.GradientDescent({fun}, {stepSize});
  const projection = projections.simplex;
  let within: solvers.ProjectedGradient = new solvers.ProjectedGradient({
    fun,
    projection: projections.l2Ball,
  });
  if (solver.batched) within = new solvers.ProjectedGradient({fun, projection});
  const inside = within.run(tf.zeros([1, 2]), {scale: 1}, tf.ones([1, 2]));
  const {x, state} = solver.run(tf.ones([1, 2]), tf.zeros([1, 2]));
  const fitter = new Fitter();
  fitter.solver = new solvers.LBFGS({fun});
  const fitted = fitter.fit(tf.tensor2d([[1, -2]])).arraySync();
  tf.dispose(fitter.progress!);
  const zero = x.arraySync();
  tf.dispose({x, state});
  tf.dispose(state);
  return [zero, fitted, inside.x.arraySync()];
}

export const expected = [[[0, 0]], [[1, -2]], [[0.5, 0.5]]];
