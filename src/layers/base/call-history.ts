/**
 * @file What a layer knows of its calls: how the last one went, and the last gradient, each with the call that it belongs to.
 *
 * A gradient comes later than its call, and others may have come between. So a call has a record of its own, which the function that
 * receives its gradient holds on to. Records are no tensors. Plain arrays go away with that function; the buffers of a device do not, so
 * that only those of the last few calls are kept.
 */
import * as tf from '@tensorflow/tfjs-core';
import {isTapeOn} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import {copiesOf, hostCanRead, type Copies} from '../../kernels/index.js';
import type {SolveInfo} from '../../linsolve/index.js';
import type {Diagnostics, GradientDiagnostics} from './diagnostics.js';

/** How a solve went: the batch in front of each. */
export interface SolveState {
  /** Shape [B]: the codes of `Status`. */
  status: tf.Tensor;
  /** Shape [B]: iterations of the solver: 0 for a projection, 1 for a direct solve. */
  iterations: tf.Tensor;
  /** Shape [B]: the relative residual, as the solver measures it. */
  residual: tf.Tensor;
  /** Shape [B, …]: where the derivative has a kink. Left out if the output is smooth. */
  weaklyActive?: tf.Tensor | undefined;
}

interface Call {
  readonly number: number;
  /** Whether a gradient may follow. */
  readonly recorded: boolean;
  state: Copies<keyof SolveState> | null;
  rowWidth: number;
}

interface Gradient {
  call: Call;
  copies: Copies<'converged' | 'residual'>;
}

/** Calls of one loss whose states a device keeps. A gradient of an older one is reported by its linear system alone. */
const KEPT = 16;

export class CallHistory {
  private count = 0;
  private current: Call | null = null;
  /** The calls whose states are kept, the latest last. */
  private calls: Call[] = [];
  private gradient: Gradient | null = null;
  /** Another one after each `dispose`: what was disposed keeps nothing. */
  private life = {};

  /** A call begins. */
  begin(): void {
    this.current = {number: ++this.count, recorded: isTapeOn(), state: null, rowWidth: 0};
  }

  /** Notes how the solve of the call went. */
  note({weaklyActive, status, iterations, residual}: SolveState): void {
    if (!this.current) this.begin();
    const call = this.current!;
    const state = {status, iterations, residual} as Record<keyof SolveState, tf.Tensor>;
    call.rowWidth = weaklyActive ? weaklyActive.size / Math.max(1, weaklyActive.shape[0]) : 0;
    // Kinks are rare: one number tells that there is none, and the rest is not read.
    const any =
      weaklyActive !== undefined &&
      call.rowWidth > 0 &&
      (!hostCanRead() || tf.tidy(() => tf.any(weaklyActive).dataSync()[0] !== 0));
    if (any) state.weaklyActive = weaklyActive;
    call.state?.dispose();
    call.state = copiesOf(state);
    const older = this.calls.filter((each) => each !== call);
    const waiting = older.filter((each) => each.recorded && each.state?.values === null).slice(1 - KEPT);
    this.calls = [...waiting, call];
    older.filter((each) => !waiting.includes(each)).forEach((each) => this.letGo(each));
  }

  /** What receives the report of a gradient of this call, or of the last one where none has begun. */
  receiver(): (info: SolveInfo) => void {
    const {current: call, life} = this;
    return ({converged, residual}) => {
      const of = call ?? this.calls.at(-1);
      if (!of || this.life !== life) return;
      const before = this.gradient;
      this.gradient = {call: of, copies: copiesOf({converged, residual})};
      before?.copies.dispose();
      if (before && before.call !== of && !this.calls.includes(before.call)) this.letGo(before.call);
    };
  }

  /** The status of each sample in the last call; empty where it cannot be read at once. */
  statusCodes(): number[] {
    return Array.from(this.calls.at(-1)?.state?.values?.status ?? []);
  }

  /** `null` before the first call. */
  async read(): Promise<Diagnostics | null> {
    const call = this.calls.at(-1);
    if (!call?.state) return null;
    const {number, rowWidth} = call;
    const [state, gradient] = await Promise.all([call.state.read(), readGradient(this.gradient)]);
    const status = Array.from(state.status);
    // Left out where the host has seen that there are none.
    const flags = (state as Partial<typeof state>).weaklyActive;
    const row = (i: number) => Array.from({length: rowWidth}, (_, j) => Boolean(flags?.[i * rowWidth + j]));
    return {
      call: number,
      status,
      iterations: Array.from(state.iterations),
      residual: Array.from(state.residual),
      weaklyActive: status.map((_, i) => row(i)),
      gradient,
    };
  }

  dispose(): void {
    const {gradient} = this;
    this.gradient = null;
    gradient?.copies.dispose();
    const calls = new Set([...this.calls, ...(gradient ? [gradient.call] : [])]);
    [this.calls, this.current, this.count, this.life] = [[], null, 0, {}];
    calls.forEach((call) => this.letGo(call));
  }

  /** The plain arrays of a host stay, for a gradient that may still come. */
  private letGo(call: Call): void {
    if (call === this.gradient?.call || call.state?.values) return;
    call.state?.dispose();
    call.state = null;
  }
}

async function readGradient(gradient: Gradient | null): Promise<GradientDiagnostics | null> {
  if (!gradient) return null;
  const {call, copies} = gradient;
  const {number} = call;
  const [forward, {converged, residual}] = await Promise.all([call.state?.read(), copies.read()]);
  return {
    call: number,
    status: Array.from(converged, (flag, i) => {
      // Without an own entry in the forward solve the system is one that this solve did not foresee.
      const before = forward ? (forward.status[i] ?? Status.NUMERICAL_ERROR) : Status.SOLVED;
      if (before !== Status.SOLVED) return before;
      return flag === 1 ? Status.SOLVED : Status.NUMERICAL_ERROR;
    }),
    residual: Array.from(residual),
  };
}
