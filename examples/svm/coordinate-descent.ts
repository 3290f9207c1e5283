/** @file Block coordinate descent for the dual of the multiclass SVM: a solver of one's own, in plain arrays. */

/** The training data as arrays: X [m, p] and Y [m, k], row-major. */
export interface Arrays {
  X: Float32Array;
  Y: Float32Array;
  samples: number;
  classes: number;
}

/**
 * One row of x after the other is set to its best value while the others stay. W = Xᵀ(Y − x)/θ is kept up to date, so a row costs two
 * products with one row of X.
 *
 * @param x [m, k], changed in place.
 * @param passes How often each row is visited.
 */
export function coordinateDescent(
  {X, Y, samples, classes}: Arrays,
  x: Float64Array,
  theta: number,
  passes: number,
): void {
  const features = X.length / samples;
  const W = new Float64Array(features * classes);
  const addRow = (i: number, change: Float64Array) => {
    for (let j = 0; j < features; j++) {
      const value = X[i * features + j] / theta;
      for (let c = 0; c < classes; c++) W[j * classes + c] += value * change[c];
    }
  };
  for (let i = 0; i < samples; i++) {
    addRow(
      i,
      Float64Array.from({length: classes}, (_, c) => Y[i * classes + c] - x[i * classes + c]),
    );
  }
  const scores = new Float64Array(classes);
  const target = new Float64Array(classes);
  for (let pass = 0; pass < passes; pass++) {
    for (let i = 0; i < samples; i++) {
      scores.fill(0);
      let square = 0;
      for (let j = 0; j < features; j++) {
        const value = X[i * features + j];
        square += value * value;
        for (let c = 0; c < classes; c++) scores[c] += value * W[j * classes + c];
      }
      // Along one row the objective is a parabola of curvature ‖Xᵢ‖²/θ, so a step of its inverse and a projection are exact.
      for (let c = 0; c < classes; c++) {
        target[c] = x[i * classes + c] - (theta / square) * (Y[i * classes + c] - scores[c]);
      }
      const after = projectToSimplex(target);
      const change = after.map((value, c) => x[i * classes + c] - value);
      if (change.some((value) => value !== 0)) addRow(i, change);
      x.set(after, i * classes);
    }
  }
}

/** The closest probability vector. */
function projectToSimplex(v: Float64Array): Float64Array {
  const sorted = [...v].sort((a, b) => b - a);
  let [sum, shift] = [0, 0];
  sorted.forEach((value, k) => {
    sum += value;
    const trial = (sum - 1) / (k + 1);
    if (value > trial) shift = trial;
  });
  return v.map((value) => Math.max(0, value - shift));
}
