/** @file A synthetic classification problem, in the manner of scikit-learn's make_classification. */
import {permutation, type Random} from './random.js';

export interface ClassificationOptions {
  samples: number;
  features: number;
  classes: number;
  /** How many of the features depend on the class. The others are noise. */
  informative: number;
  /** The distance of a class's centre from zero in each informative feature. Default 1. */
  separation?: number;
  /** The share of samples whose label is drawn at random. Default 0.01. */
  flipped?: number;
}

export interface Classification {
  /** Row-major [samples, features], rounded to f32. */
  features: Float32Array;
  labels: number[];
}

/**
 * Class c has its centre at a random corner of a cube, and its own correlations: z · A + centre, with z normal and A uniform in [−1, 1]. The other
 * features are normal. Samples and features are in random order. `scripts/reference/same_random.py` makes the same data.
 */
export function makeClassification(options: ClassificationOptions, random: Random): Classification {
  const {samples, features, classes, informative, separation = 1, flipped = 0.01} = options;
  const table = new Float32Array(samples * features);
  const labels = new Array<number>(samples);
  const rows = permutation(samples, random);
  const columns = permutation(features, random);
  for (let c = 0; c < classes; c++) {
    const centre = Array.from({length: informative}, () => (random.uniform() < 0.5 ? -1 : 1) * separation);
    const mix = Float64Array.from({length: informative ** 2}, () => 2 * random.uniform() - 1);
    for (let i = c; i < samples; i += classes) {
      labels[rows[i]] = c;
      const sample = new Float64Array(features);
      sample.set(centre);
      for (let k = 0; k < informative; k++) {
        const z = random.normal();
        const from = k * informative;
        for (let j = 0; j < informative; j++) sample[j] += z * mix[from + j];
      }
      for (let j = informative; j < features; j++) sample[j] = random.normal();
      for (let j = 0; j < features; j++) table[rows[i] * features + columns[j]] = sample[j];
    }
  }
  for (let i = 0; i < samples; i++) {
    const [draw, label] = [random.uniform(), random.below(classes)];
    if (draw < flipped) labels[i] = label;
  }
  return {features: table, labels};
}
