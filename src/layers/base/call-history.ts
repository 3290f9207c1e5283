/**
 * @file What a layer records about its calls: how the last one went, and the last gradient, each with the call that it belongs to.
 *
 * A gradient comes after its call, and there may be other calls in between. So each call has its own record, and the function that
 * receives its gradient keeps a reference to it. Records are not tensors. Plain arrays are freed together with that function; device
 * buffers are not, so only those of the last few calls are kept.
 */
import * as tf from '@tensorflow/tfjs-core';
import {isTapeOn} from '../../autodiff/index.js';
import {Status} from '../../implicit/index.js';
import {copiesOf, hostShouldRead, type Copies} from '../../kernels/index.js';
import type {SolveInfo} from '../../linsolve/index.js';
import type {Diagnostics, GradientDiagnostics} from './diagnostics.js';

/** How a solve went; each array has the batch axis first. */
export interface SolveState {
  /** Shape [B]: the codes of `Status`. */
  status: tf.Tensor;
  /** Shape [B]: the number of iterations of the solver; 0 for a projection, 1 for a direct solve. */
  iterations: tf.Tensor;
  /** Shape [B]: the relative residual, as the solver measures it. */
  residual: tf.Tensor;
  /** Shape [B, …]: where the derivative has a kink. Omitted if the output is smooth. */
  weaklyActive?: tf.Tensor | undefined;
  /** The multipliers by name, [B, …] each. Omitted if there are none. */
  duals?: Record<string, tf.Tensor> | undefined;
}

/** The tensors of a state in one record. */
export function flatState({duals, weaklyActive, status, iterations, residual}: SolveState): FlatState {
  const multipliers = Object.entries(duals ?? {}).filter(([, {size}]) => size > 0);
  return {
    ...{status, iterations, residual},
    ...(weaklyActive && {weaklyActive}),
    ...Object.fromEntries(multipliers.map(([name, tensor]) => [DUAL + name, tensor])),
  };
}

/** By the names of `SolveState`, and 'dual NAME'. */
type FlatState = Record<string, tf.Tensor>;

const DUAL = 'dual ';

interface Call {
  readonly number: number;
  /** Whether a gradient may follow. */
  readonly recorded: boolean;
  state: Copies<string> | null;
  rowWidth: number;
}

interface Gradient {
  call: Call;
  copies: Copies<'converged' | 'residual'>;
}

/** How many calls of one loss keep their state on a device. The gradient of an older call is reported from its linear system only. */
const KEPT = 16;

export class CallHistory {
  private count = 0;
  private current: Call | null = null;
  /** The calls whose states are kept, the latest one last. */
  private calls: Call[] = [];
  private gradient: Gradient | null = null;
  /** Changes with each `dispose`, so that nothing is kept for a disposed layer. */
  private life = {};

  /** Whether there has been a call, whether or not it noted anything. */
  get hasBegun(): boolean {
    return this.count > 0;
  }

  /** Starts a new call. */
  begin(): void {
    this.current = {number: ++this.count, recorded: isTapeOn(), state: null, rowWidth: 0};
  }

  /** Notes how the solve of the call went. */
  note(state: SolveState): void {
    this.noteFlat(flatState(state));
  }

  /** The same, in one record. */
  noteFlat({weaklyActive, ...state}: FlatState): void {
    if (!this.current) this.begin();
    const call = this.current!;
    call.rowWidth = weaklyActive ? weaklyActive.size / Math.max(1, weaklyActive.shape[0]) : 0;
    // Kinks are rare: if one number shows that there are none, the rest is not read.
    const any =
      call.rowWidth > 0 && (!hostShouldRead() || tf.tidy(() => tf.any(weaklyActive).dataSync()[0] !== 0));
    if (any) state.weaklyActive = weaklyActive;
    call.state?.dispose();
    call.state = copiesOf(state);
    const older = this.calls.filter((each) => each !== call);
    const waiting = older.filter((each) => each.recorded && each.state?.values === null).slice(1 - KEPT);
    this.calls = [...waiting, call];
    older.filter((each) => !waiting.includes(each)).forEach((each) => this.letGo(each));
  }

  /** The function that receives the report of a gradient of this call, or of the last call if none has started. */
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

  /** The status of each sample in the last call; empty if it cannot be read immediately. */
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
    // Omitted if the host has seen that there are none.
    const flags = (state as Partial<typeof state>).weaklyActive;
    const duals = dualsIn(state, status.length);
    const row = (i: number) => Array.from({length: rowWidth}, (_, j) => Boolean(flags?.[i * rowWidth + j]));
    return {
      call: number,
      status,
      iterations: Array.from(state.iterations),
      residual: Array.from(state.residual),
      weaklyActive: status.map((_, i) => row(i)),
      ...(duals && {duals}),
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

  /** Plain arrays on the host stay, because a gradient may still come. */
  private letGo(call: Call): void {
    if (call === this.gradient?.call || call.state?.values) return;
    call.state?.dispose();
    call.state = null;
  }
}

/** The multipliers of each sample, by name; `null` if there are none. */
function dualsIn(state: Record<string, ArrayLike<number>>, batch: number): Record<string, number[][]> | null {
  const entries = Object.entries(state).filter(([name]) => name.startsWith(DUAL));
  if (entries.length === 0) return null;
  const rows = entries.map(([name, values]) => {
    const width = values.length / batch;
    const row = (i: number) => Array.from({length: width}, (_, j) => values[i * width + j]);
    return [name.slice(DUAL.length), Array.from({length: batch}, (_, i) => row(i))] as const;
  });
  return Object.fromEntries(rows);
}

async function readGradient(gradient: Gradient | null): Promise<GradientDiagnostics | null> {
  if (!gradient) return null;
  const {call, copies} = gradient;
  const {number} = call;
  const [forward, {converged, residual}] = await Promise.all([call.state?.read(), copies.read()]);
  return {
    call: number,
    status: Array.from(converged, (flag, i) => {
      // A system without its own entry in the forward solve was not known to that solve.
      const before = forward ? (forward.status[i] ?? Status.NUMERICAL_ERROR) : Status.SOLVED;
      if (before !== Status.SOLVED) return before;
      return flag === 1 ? Status.SOLVED : Status.NUMERICAL_ERROR;
    }),
    residual: Array.from(residual),
  };
}
