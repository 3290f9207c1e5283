/** @file A classification problem as scikit-learn's make_classification makes them, with rows of length 1. */
import {randomOf} from './random.js';

export interface Classification {
  /** [samples, features], row-major. */
  x: Float32Array;
  labels: Int32Array;
}

/** The fraction of the features that tell something about the class; the others are noise. */
const INFORMATIVE = 0.1;

/**
 * Gaussian clusters at different corners of a cube with sides of length 2, each with a linear map of its own between its informative
 * features.
 */
export function classification(
  seed: string,
  {samples, features, classes}: {samples: number; features: number; classes: number},
): Classification {
  const {uniform, normal} = randomOf(seed);
  const informative = Math.max(4, Math.round(INFORMATIVE * features));
  const corners = new Map<string, number[]>();
  while (corners.size < classes) {
    const corner = Array.from({length: informative}, () => (uniform() < 0.5 ? -1 : 1));
    corners.set(corner.join(), corner);
  }
  const centres = [...corners.values()];
  const maps = centres.map(() => Float64Array.from({length: informative ** 2}, () => 2 * uniform() - 1));
  const x = new Float32Array(samples * features);
  const labels = new Int32Array(samples);
  for (let i = 0; i < samples; i++) {
    const label = (labels[i] = i % classes);
    const own = Array.from({length: informative}, normal);
    const row = Float64Array.from({length: features}, (_, j) => {
      let value = 0;
      if (j >= informative) return normal();
      for (let k = 0; k < informative; k++) value += own[k] * maps[label][k * informative + j];
      value += centres[label][j];
      return value;
    });
    const length = Math.hypot(...row);
    x.set(
      row.map((value) => value / length),
      i * features,
    );
  }
  return {x, labels};
}

/** Labels as rows with a single 1. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) rows[i * classes + labels[i]] = 1;
  return rows;
}
