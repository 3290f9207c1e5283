/**
 * @file Forward mode: the tangent of each operation is computed when the operation has run, and lives as long as the result that it belongs
 * to. Nothing is recorded, so the memory does not grow with the number of operations.
 *
 * The operations are seen on a tape that does not keep them. (What runs inside a custom gradient is therefore not seen, but its gradient is.)
 */
import * as tf from '@tensorflow/tfjs-core';
import {
  disposeTape,
  engineState,
  tapeState,
  isTapeOn,
  rollBackOnThrow,
  withEngineMethods,
  withTapeState,
  type Tape,
  type TapeNode,
} from './engine.js';
import {aliasOf} from './op.js';
import {noteAttributes, tangentsOf} from './tangent-rules.js';
import {hold, inDependencyOrder, onRelease} from './tape.js';

/** The tangent of a tensor, or the error that is thrown if it is needed. */
type Known = {tangent: tf.Tensor} | {error: unknown};

const FORWARD_MODE = 'forward mode';
/** The depth of gradients on the tape of a forward mode. It is greater in a gradient that the function takes. */
const DEPTH = 1;

/** The forward modes that are running, the innermost last. */
const running: ForwardMode[] = [];

/** Tangents of the tensors that a function makes. */
export class ForwardMode {
  /** Holds an operation while it is looked at, or as long as a gradient inside the function needs it. */
  private readonly tape: Tape = [];
  private readonly known = new Map<number, Known>();
  /** The state in which tangents are computed: that of the caller, which may be recording. */
  private readonly outer = tapeState();
  private readonly isRecorded = isTapeOn();
  /** How many calls of kernels are going on, one inside the other. */
  private calls = 0;
  /** The operations on the tape that were looked at. */
  private seen = 0;

  /** @param inherited Knows tangents of tensors from outside. */
  constructor(private readonly inherited: ForwardMode | null) {
    this.tape.whole = (f) => this.call(f, {});
    this.tape.push = (...nodes) => {
      // An operation that threw may have taken its entries back.
      this.seen = Math.min(this.seen, this.tape.length);
      for (const node of nodes) this.tape[this.tape.length] = node;
      if (this.calls === 0) this.look();
      return this.tape.length;
    };
  }

  /** The tangents of f's results, when those of xs are `directions`. */
  run(f: () => tf.Tensor[], xs: readonly tf.Tensor[], directions: readonly tf.Tensor[]): tf.Tensor[] {
    try {
      xs.forEach((x, i) => this.add(x, directions[i]));
      running.push(this);
      const ys = withEngineMethods(
        ({runKernelFunc, disposeTensor, gradients}) => ({
          runKernelFunc: (params) => this.call(() => runKernelFunc(params), params),
          disposeTensor: (tensor) => {
            disposeTensor(tensor);
            this.forget(tensor.id);
          },
          gradients: (...args) => hold(() => gradients(...args)),
        }),
        () =>
          withTapeState({activeTape: this.tape, gradientDepth: DEPTH, kernelDepth: 0}, () =>
            tf.tidy(this.isRecorded ? 'forward' : FORWARD_MODE, f),
          ),
      );
      return ys.map((y) => {
        const tangent = this.tangentOf(y);
        return tangent ? aliasOf(tangent) : tf.zeros(y.shape);
      });
    } finally {
      running.splice(running.indexOf(this), 1);
      this.seen = this.tape.length;
      this.release();
      for (const id of [...this.known.keys()]) this.forget(id);
    }
  }

  /** `null` if the tensor does not move. */
  tangentOf({id}: tf.Tensor): tf.Tensor | null {
    const known = this.find(id);
    if (known && 'error' in known) throw known.error;
    return known?.tangent ?? null;
  }

  /** Says what the tangent of a tensor is that was computed in another way. */
  setTangent({id}: tf.Tensor, tangent: tf.Tensor): void {
    this.forget(id);
    this.known.set(id, {tangent: tf.keep(aliasOf(tangent))});
  }

  /** Whether operations run on the tape of this forward mode, and nobody else records them. */
  get isAlone(): boolean {
    const {activeTape, gradientDepth} = engineState();
    return !this.isRecorded && isTapeOn() && activeTape === this.tape && gradientDepth === DEPTH;
  }

  /** Frees what the tape holds. If the caller records, its tape has the operations, too, and frees them. */
  release(): void {
    const nodes = this.tape.splice(0, this.seen);
    this.seen = 0;
    if (!this.isRecorded) disposeTape(nodes);
    // The results of a recording inside the function are gone before their operations are looked at.
    for (const {outputs} of nodes) for (const {isDisposed, id} of outputs) if (isDisposed) this.forget(id);
  }

  private find(id: number): Known | undefined {
    return this.known.get(id) ?? this.inherited?.find(id);
  }

  private add({id}: tf.Tensor, direction: tf.Tensor): void {
    const before = this.known.get(id);
    const tangent = before && 'tangent' in before ? tf.add(before.tangent, direction) : aliasOf(direction);
    this.forget(id);
    this.known.set(id, {tangent: tf.keep(tangent)});
  }

  private forget(id: number): void {
    const known = this.known.get(id);
    if (!known) return;
    this.known.delete(id);
    if ('tangent' in known) known.tangent.dispose();
  }

  /** A kernel call puts copies of its saved results on the tape before the operation itself, so it is looked at when it is complete. */
  private call<T>(kernel: () => T, params: {kernelName?: string; attrs?: object}): T {
    const {activeTape} = engineState();
    const before = activeTape?.length ?? 0;
    this.calls++;
    let result: T;
    try {
      result = kernel();
    } finally {
      this.calls--;
    }
    if (activeTape && params.kernelName !== undefined && activeTape.length > before) {
      noteAttributes(activeTape[activeTape.length - 1], params.kernelName, params.attrs);
    }
    if (this.calls === 0) this.look();
    return result;
  }

  private look(): void {
    if (this.seen >= this.tape.length) return;
    const nodes = inDependencyOrder(this.tape.slice(this.seen));
    this.seen = this.tape.length;
    hold(() => {
      withTapeState(this.outer, () => {
        // All of them first: the tangent of an operation reads the copies of its results.
        if (this.isRecorded) this.outer.activeTape!.push(...nodes);
        for (const node of nodes) this.move(node);
      });
    });
  }

  private move(node: TapeNode): void {
    const inputs = Object.entries(node.inputs).map(([name, {id}]) => [name, this.find(id)] as const);
    const moving = inputs.filter((entry): entry is [string, Known] => entry[1] !== undefined);
    const floats = node.outputs.filter(({dtype}) => dtype === 'float32');
    if (moving.length === 0 || floats.length === 0) return;
    const outcome = this.outcome(node, moving);
    floats.forEach(({id}, i) => {
      if ('error' in outcome) this.known.set(id, outcome);
      else if (outcome.tangents[i]) this.known.set(id, {tangent: outcome.tangents[i]});
    });
  }

  /** The tangents of the float32 outputs. An error matters only if a result of the function depends on it. */
  private outcome(
    node: TapeNode,
    moving: [string, Known][],
  ): {tangents: (tf.Tensor | null)[]} | {error: unknown} {
    const given = new Map<string, tf.Tensor>();
    for (const [name, known] of moving) {
      if ('error' in known) return known;
      given.set(name, known.tangent);
    }
    // Each result has a tangent of its own, because it is freed with the result.
    const own = new Set([...given.values()].map(({id}) => id));
    try {
      const tangents = tf.tidy(
        () =>
          tangentsOf(node, given).map((tangent) => {
            if (!tangent) return null;
            const single = own.has(tangent.id) ? aliasOf(tangent) : tangent;
            own.add(single.id);
            return tf.keep(single);
          }) as tf.Tensor[],
      ) as (tf.Tensor | null)[];
      return {tangents};
    } catch (error) {
      return {error};
    }
  }
}

onRelease(() => {
  for (const mode of running) mode.release();
});

/** The forward mode on whose tape operations run now, if nobody else records them; otherwise `null`. */
export function forwardMode(): ForwardMode | null {
  const mode = running[running.length - 1];
  return mode?.isAlone ? mode : null;
}

/**
 * The tangents of f's results, where the tensors xs move along v. Tensors that f closes over do not move, or as they do in the forward mode
 * `inherited`. The tangents are differentiable if a gradient is being recorded.
 */
export function pushForward(
  f: () => tf.Tensor[],
  xs: readonly tf.Tensor[],
  v: readonly tf.Tensor[],
  inherited: ForwardMode | null = null,
): tf.Tensor[] {
  return rollBackOnThrow(() => tf.tidy(() => new ForwardMode(inherited).run(f, xs, v)));
}
