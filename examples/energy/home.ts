/** @file A home with a battery and a heat pump, as a sparse quadratic program over the steps of a plan. */
import * as tf from '@tensorflow/tfjs';
import {solveQP, sparseMatrix, type SparseMatrix} from '../../src/index.js';
import {Entries} from '../support/entries.js';
import {HOURS, type Forecast} from './days.js';

/** The variables of a step. `stored` and `room` are as they are after it. */
export const VARIABLES = ['charge', 'discharge', 'stored', 'heating', 'room', 'bought', 'sold'] as const;
export type Variable = (typeof VARIABLES)[number];
/** Those that somebody decides on; the others follow. */
export const DECISIONS: readonly Variable[] = ['charge', 'discharge', 'heating'];

/** What is penalized, each with its weight: battery wear, a room that is not at 21 °C, power of the grid, a heat pump that changes. */
export const TERMS = ['wear', 'comfort', 'grid', 'changes'] as const;

/** In kW, and kWh for what is stored. The room is measured from its set point. */
const LIMITS: Record<Variable, [number, number]> = {
  charge: [0, 5],
  discharge: [0, 5],
  stored: [0, 10],
  heating: [0, 2.5],
  room: [-Infinity, Infinity],
  bought: [0, 15],
  sold: [0, 15],
};
export const SET_POINT = 21;
/** Half full at the start of a plan, and not less at its end. */
const STORED = 5;
const EFFICIENCY = 0.95;
/** The heat from a kWh of the heat pump, the heat of the house in kWh/K, its loss in kW/K, and what the sun adds through windows. */
const [HEAT_PUMP, CAPACITY, LOSS, WINDOWS] = [3.2, 4, 0.15, 0.15];
const FEED_IN = 0.08;

const WIDTH = VARIABLES.length;
const at = (step: number, variable: Variable) => WIDTH * step + VARIABLES.indexOf(variable);

/** Makes plans of a number of steps. */
export class Home {
  private readonly A: SparseMatrix;
  private readonly Q: {shape: [number, number]; rows: number[]; columns: number[]};
  /** For each entry of Q: its term, and the number that the weight is multiplied by. */
  private readonly term: tf.Tensor1D;
  private readonly factor: tf.Tensor1D;
  private readonly terms: number[] = [];
  private readonly entries = new Entries();

  constructor(readonly steps: number) {
    const n = WIDTH * steps;
    const A = new Entries();
    const keeps = 1 - (HOURS * LOSS) / CAPACITY;
    for (let t = 0; t < steps; t++) {
      const [battery, house, balance] = [3 * t, 3 * t + 1, 3 * t + 2];
      A.add(battery, at(t, 'stored'), 1);
      A.add(battery, at(t, 'charge'), -HOURS * EFFICIENCY);
      A.add(battery, at(t, 'discharge'), HOURS / EFFICIENCY);
      A.add(house, at(t, 'room'), 1);
      A.add(house, at(t, 'heating'), (-HOURS * HEAT_PUMP) / CAPACITY);
      if (t > 0) {
        A.add(battery, at(t - 1, 'stored'), -1);
        A.add(house, at(t - 1, 'room'), -keeps);
      }
      for (const [variable, sign] of [
        ['bought', 1],
        ['discharge', 1],
        ['sold', -1],
        ['charge', -1],
        ['heating', -1],
      ] as const)
        A.add(balance, at(t, variable), sign);
      this.penalize('wear', HOURS, [[at(t, 'charge'), 1]]);
      this.penalize('wear', HOURS, [[at(t, 'discharge'), 1]]);
      this.penalize('comfort', HOURS, [[at(t, 'room'), 1]]);
      this.penalize('grid', HOURS, [[at(t, 'bought'), 1]]);
      this.penalize('grid', HOURS, [[at(t, 'sold'), 1]]);
      const change: [number, number][] = [
        [at(t, 'heating'), 1],
        [at(t - 1, 'heating'), -1],
      ];
      if (t > 0) this.penalize('changes', 1, change);
    }
    const {rows, columns, values} = this.entries;
    this.A = sparseMatrix({shape: [3 * steps, n], ...A});
    this.Q = {shape: [n, n], rows, columns};
    this.term = tf.tensor1d(this.terms, 'int32');
    this.factor = tf.tensor1d(values);
  }

  /** Adds factor · weight · (Σ coefficient · variable)² to the objective. */
  private penalize(term: (typeof TERMS)[number], factor: number, sum: [number, number][]): void {
    for (const [i, a] of sum) {
      for (const [j, b] of sum) {
        // The objective has ½ xᵀQx.
        this.entries.add(i, j, 2 * factor * a * b);
        this.terms.push(TERMS.indexOf(term));
      }
    }
  }

  /**
   * The best plans [B, 7 · steps] for forecasts and weights [4]: gradients go into the weights.
   *
   * @param band By how much the room may be off its set point, in K. Default: without limit.
   */
  plan(forecasts: Forecast[], weights: tf.Tensor, band = Infinity): tf.Tensor2D {
    return tf.tidy(() => {
      const values = tf.mul(tf.gather(weights, this.term), this.factor);
      const [lower, upper] = this.bounds(band);
      const p = tf.tensor2d(forecasts.map((forecast) => this.prices(forecast)));
      const b = tf.tensor2d(forecasts.map((forecast) => this.given(forecast)));
      const {x} = solveQP(
        {Q: sparseMatrix({...this.Q, values}), p, A: this.A, b, lower, upper},
        {onFailure: 'throw'},
      );
      return x as tf.Tensor2D;
    });
  }

  /** What a plan costs, in euros, with the sum of the penalties. */
  costOf(plan: ArrayLike<number>, forecast: Forecast, weights: readonly number[]): number {
    const {rows, columns, values} = this.entries;
    const penalties = values.reduce(
      (sum, value, k) => sum + 0.5 * weights[this.terms[k]] * value * plan[rows[k]] * plan[columns[k]],
      0,
    );
    return this.prices(forecast).reduce((sum, price, i) => sum + price * plan[i], penalties);
  }

  /** The values of one variable over the steps of a plan. */
  of(plan: ArrayLike<number>, variable: Variable): number[] {
    return Array.from({length: this.steps}, (_, t) => plan[at(t, variable)]);
  }

  /** The mean of the squared difference of two tensors of plans, over the decisions. */
  difference(plans: tf.Tensor, others: tf.Tensor): tf.Scalar {
    return tf.tidy(() => {
      const inStep = VARIABLES.map((name) => Number(DECISIONS.includes(name)));
      const squares = tf.reshape(tf.squaredDifference(plans, others), [-1, WIDTH]);
      return tf.mul(tf.mean(tf.mul(squares, inStep)), WIDTH / DECISIONS.length) as tf.Scalar;
    });
  }

  private prices({price}: Forecast): number[] {
    return price.flatMap((each) =>
      VARIABLES.map((name) => (name === 'bought' ? HOURS * each : name === 'sold' ? -HOURS * FEED_IN : 0)),
    );
  }

  private given({load, sun, outside}: Forecast): number[] {
    return load.flatMap((each, t) => [
      t === 0 ? STORED : 0,
      (HOURS * (LOSS * (outside[t] - SET_POINT) + WINDOWS * sun[t])) / CAPACITY,
      each - sun[t],
    ]);
  }

  private bounds(band: number): [number[], number[]] {
    const room: [number, number] = [-band, band];
    const limits = Array.from({length: this.steps}, () =>
      VARIABLES.map((name) => (name === 'room' ? room : LIMITS[name])),
    ).flat();
    const lower = limits.map(([low]) => low);
    lower[at(this.steps - 1, 'stored')] = STORED;
    return [lower, limits.map(([, high]) => high)];
  }
}
