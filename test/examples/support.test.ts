import {assert} from 'chai';
import {makeClassification} from '../../examples/support/classification.js';
import {accuracyOf, aucOf, meanOf, quantileOf} from '../../examples/support/metrics.js';
import {permutation, randomNumbers} from '../../examples/support/random.js';
import {stratifiedSplit} from '../../examples/support/splits.js';

describe('support of the examples', () => {
  it('the AUC is the share of pairs in the right order', () => {
    const random = randomNumbers(3);
    const scores = Array.from({length: 60}, () => random.below(12));
    const labels = scores.map(() => random.below(2));
    let [right, pairs] = [0, 0];
    scores.forEach((a, i) =>
      scores.forEach((b, j) => {
        if (labels[i] !== 1 || labels[j] !== 0) return;
        pairs++;
        right += a > b ? 1 : a === b ? 0.5 : 0;
      }),
    );
    assert.closeTo(aucOf(scores, labels), right / pairs, 1e-12);
    assert.equal(accuracyOf([1, 0, 1, 1], [1, 0, 0, 1]), 0.75);
  });

  it('the interval of a mean is Student’s', () => {
    // scipy.stats.t.interval(0.95, 4, loc=3, scale=sem([1, 2, 3, 4, 5])): 1.0368, 4.9632.
    const {mean, margin} = meanOf([1, 2, 3, 4, 5]);
    assert.equal(mean, 3);
    assert.closeTo(margin, 1.9632, 1e-3);
    assert.equal(quantileOf([4, 1, 3, 2], 0.5), 2.5);
  });

  it('random numbers are uniform and normal', () => {
    const random = randomNumbers(11);
    const uniform = Array.from({length: 20000}, () => random.uniform());
    const normal = Array.from({length: 20000}, () => random.normal());
    const moment = (values: number[], k: number) =>
      values.reduce((sum, value) => sum + value ** k, 0) / values.length;
    assert.closeTo(moment(uniform, 1), 1 / 2, 0.01);
    assert.closeTo(moment(uniform, 2), 1 / 3, 0.01);
    assert.closeTo(moment(normal, 1), 0, 0.03);
    assert.closeTo(moment(normal, 2), 1, 0.05);
    assert.closeTo(moment(normal, 4), 3, 0.25);
    const order = permutation(50, random);
    assert.notDeepEqual(
      order,
      Array.from({length: 50}, (_, i) => i),
    );
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      Array.from({length: 50}, (_, i) => i),
    );
  });

  it('each part of a split has all classes in proportion', () => {
    const random = randomNumbers(5);
    const labels = Array.from({length: 100}, (_, i) => (i < 20 ? 1 : 0));
    const parts = stratifiedSplit(labels, [0.6, 0.2], random);
    assert.deepEqual(
      parts.map((part) => [part.length, part.filter((i) => labels[i] === 1).length]),
      [
        [60, 12],
        [20, 4],
      ],
    );
    assert.equal(new Set(parts.flat()).size, 80);
  });

  it('the synthetic data are those that NumPy makes', () => {
    // make_classification(90, 20, 5, 4, Random(7)) of scripts/reference/same_random.py.
    const {features, labels} = makeClassification(
      {samples: 90, features: 20, classes: 5, informative: 4},
      randomNumbers(7),
    );
    assert.deepEqual(labels.slice(0, 10), [3, 4, 2, 0, 1, 3, 3, 4, 4, 1]);
    const sum = features.reduce((total, value, i) => total + value * Math.sin(i), 0);
    assert.closeTo(sum, 13.140954770588372, 1e-5);
  });
});
