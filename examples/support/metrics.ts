/** @file Scores of predictions, and the spread of repeated measurements. */

/** The share of predictions that are the label. */
export function accuracyOf(predictions: ArrayLike<number>, labels: ArrayLike<number>): number {
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (predictions[i] === labels[i]) right++;
  return right / labels.length;
}

/** The area under the ROC curve: how often a sample of class 1 has a higher score than one of class 0; equal scores count half. */
export function aucOf(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = Array.from({length: labels.length}, (_, i) => i).sort((a, b) => scores[a] - scores[b]);
  let [ranks, positives] = [0, 0];
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && scores[order[to]] === scores[order[from]]) to++;
    // Equal scores share the mean of their ranks, which start at 1.
    for (let k = from; k < to; k++) {
      if (labels[order[k]] !== 1) continue;
      ranks += (from + to + 1) / 2;
      positives++;
    }
    from = to;
  }
  const negatives = labels.length - positives;
  return (ranks - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/** Two-sided 95 % points of Student's t for 1 to 30 degrees of freedom; beyond, the normal distribution is close. */
const T95 = [
  ...[
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
  ],
  ...[2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042],
];

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The mean, and half the width of its 95 % confidence interval, if the values are independent. */
export function meanOf(values: readonly number[]): {mean: number; margin: number} {
  const n = values.length;
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  const margin = n < 2 ? NaN : (T95[n - 2] ?? 1.96) * Math.sqrt(squares / (n - 1) / n);
  return {mean: middle, margin};
}

/** The value below which the given share of the values lies, interpolated. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  return sorted[low] + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)] - sorted[low]);
}
