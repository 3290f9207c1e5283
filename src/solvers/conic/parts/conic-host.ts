/** @file Conic programs of known cones, if the host can read tensors: sample by sample, in f64. */
import * as tf from '@tensorflow/tfjs-core';
import type {ConicData} from '../../../conditions/index.js';
import {Status} from '../../../implicit/index.js';
import {
  NO_BOUND,
  coneBlocks,
  readF64,
  solveConic,
  type ConicOutcome,
  type Cones,
} from '../../../kernels/index.js';
import type {Steps} from '../../iteration/steps.js';
import type {IterationState} from '../../iteration/types.js';

/** The accuracy that f32 outputs can reach. */
const SINGLE = 2 ** -20;
/** The largest finite f32 number. */
const LARGEST = 3.4028234663852886e38;
/** The residual if there is no point. */
const NO_POINT = 1e9;

const STATUS: Record<ConicOutcome, number> = {
  solved: Status.SOLVED,
  infeasible: Status.PRIMAL_INFEASIBLE,
  unbounded: Status.DUAL_INFEASIBLE,
  unsolved: Status.ITERATION_LIMIT,
};

/** Values, and the units in which their gradient can be computed: the factors for the data. */
export interface HostConic extends IterationState {
  /** [B, p] and [B, m]; zero where the status is not 0. */
  z: tf.Tensor;
  dual: tf.Tensor;
  slack: tf.Tensor;
  /** z and dual − slack in these units. */
  u: tf.Tensor;
  v: tf.Tensor;
  /** [B, p], [B, m, p] and [B, m]; zero for rows that do not exist. */
  ofC: tf.Tensor;
  ofE: tf.Tensor;
  ofD: tf.Tensor;
  /** The factor from u to z, [B, p]. */
  unitZ: tf.Tensor;
  /** The factors from the parts of v to dual and slack, [B, m]. */
  unitDual: tf.Tensor;
  unitSlack: tf.Tensor;
  /** Shape [B, m]: rows that do not exist, and all rows of an invalid sample. */
  absent: tf.Tensor;
  /** Shape [B]: whether the sample is a valid problem. */
  valid: tf.Tensor;
}

/** A factor within the range of f32. */
const clamp = (value: number) => Math.min(Math.max(value, -LARGEST), LARGEST);

export function* solveOnHost(
  data: ConicData,
  cones: Cones,
  {tolerance, maxIterations}: {tolerance: number; maxIterations: number},
): Steps<HostConic> {
  const [batch, p] = data.c.shape as [number, number];
  const m = data.E.shape[1]!;
  const blocks = coneBlocks(cones);
  const [c, E, d] = [data.c, data.E, data.d].map((tensor) => {
    const values = readF64(tensor);
    const size = tensor.size / tensor.shape[0];
    return (sample: number) =>
      values.slice(
        tensor.shape[0] === 1 ? 0 : sample * size,
        tensor.shape[0] === 1 ? size : (sample + 1) * size,
      );
  });
  const columns = ['z', 'u', 'ofC', 'unitZ'] as const;
  const rows = ['dual', 'slack', 'v', 'ofD', 'unitDual', 'unitSlack', 'absent'] as const;
  const out = Object.fromEntries([
    ...columns.map((name) => [name, new Float32Array(batch * p)]),
    ...rows.map((name) => [name, new Float32Array(batch * m)]),
    ['ofE', new Float32Array(batch * m * p)],
  ]) as Record<(typeof columns)[number] | (typeof rows)[number] | 'ofE', Float32Array>;
  const [status, iterations] = [new Int32Array(batch), new Int32Array(batch)];
  const [residual, valid] = [new Float32Array(batch), new Float32Array(batch)];
  let iteration = 0;
  for (let sample = 0; sample < batch; sample++) {
    const problem = {p, m, c: c(sample), E: E(sample), d: d(sample), blocks};
    const [entries, bounds] = [problem.E.slice(), problem.d.slice()];
    const absent = absentRows(problem);
    if (!absent) {
      status[sample] = Status.INVALID_INPUT;
      residual[sample] = NO_POINT;
      for (const name of ['ofC', 'unitZ'] as const) out[name].fill(1, sample * p, (sample + 1) * p);
      for (const name of ['ofD', 'unitDual', 'unitSlack', 'absent'] as const) {
        out[name].fill(1, sample * m, (sample + 1) * m);
      }
      continue;
    }
    valid[sample] = 1;
    const found = solveConic(problem, Math.max(tolerance, SINGLE), maxIterations);
    const {units, z, y, s} = found;
    status[sample] = STATUS[found.outcome];
    iterations[sample] = found.iterations;
    residual[sample] = Math.min(found.residual, NO_POINT);
    iteration = Math.max(iteration, found.iterations);
    const done = sample + 1;
    const look = () => ({
      ...{iteration, maxIterations, done, total: batch},
      residual: residual.subarray(0, done).reduce((a, b) => Math.max(a, b), 0),
    });
    yield {look, isWhole: done === batch};
    for (let j = 0; j < p; j++) {
      const at = sample * p + j;
      const unit = units.columns[j] * units.ofD;
      out.z[at] = z[j];
      out.u[at] = z[j] / unit;
      out.unitZ[at] = clamp(unit);
      out.ofC[at] = clamp(units.columns[j] / units.ofC);
    }
    for (let i = 0; i < m; i++) {
      const at = sample * m + i;
      const [unitY, unitS] = [units.rows[i] * units.ofC, units.ofD / units.rows[i]];
      const gone = absent[i];
      if (gone && found.outcome === 'solved') {
        let sum = bounds[i];
        for (let j = 0; j < p; j++) sum -= entries[i * p + j] * z[j];
        s[i] = clamp(sum);
      }
      out.dual[at] = y[i];
      out.slack[at] = s[i];
      out.v[at] = gone ? -1 : y[i] / unitY - s[i] / unitS;
      out.ofD[at] = gone ? 1 : clamp(units.rows[i] / units.ofD);
      out.unitDual[at] = gone ? 1 : clamp(unitY);
      out.unitSlack[at] = gone ? 1 : clamp(unitS);
      out.absent[at] = Number(gone);
      for (let j = 0; j < p; j++) out.ofE[at * p + j] = gone ? 0 : clamp(units.rows[i] * units.columns[j]);
    }
  }
  const tensor = (values: Float32Array, ...shape: number[]) => tf.tensor(values, [batch, ...shape]);
  return {
    ...(Object.fromEntries([
      ...columns.map((name) => [name, tensor(out[name], p)]),
      ...rows.map((name) => [name, tensor(out[name], m)]),
    ]) as Record<(typeof columns)[number] | (typeof rows)[number], tf.Tensor>),
    ofE: tensor(out.ofE, m, p),
    valid: tensor(valid),
    status: tf.tensor1d(status, 'int32'),
    iterations: tf.tensor1d(iterations, 'int32'),
    residual: tf.tensor1d(residual),
  };
}

/** The rows that do not exist and are removed from the problem; `null` if its numbers are invalid. */
function absentRows({p, m, c, E, d, blocks}: Parameters<typeof solveConic>[0]): boolean[] | null {
  const absent = Array<boolean>(m).fill(false);
  if (![c, E].every((values) => values.every(Number.isFinite))) return null;
  for (const {kind, start, size} of blocks) {
    for (let i = start; i < start + size; i++) {
      if (kind === 'ray' && d[i] >= NO_BOUND) {
        absent[i] = true;
        E.fill(0, i * p, (i + 1) * p);
        d[i] = 1;
      } else if (!Number.isFinite(d[i]) || (kind === 'ray' && d[i] <= -NO_BOUND)) return null;
    }
  }
  return absent;
}
