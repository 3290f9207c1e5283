/** @file The part of a batch that a layer is being called with, if the batch is divided: what it notes is put together at the end. */
import * as tf from '@tensorflow/tfjs-core';

type Tensors = Record<string, tf.Tensor>;

/** What somebody notes about each part, and what is done with all of it at the end. */
interface Notes {
  parts: (Tensors | null)[];
  finish: (whole: Tensors) => void;
}

let current: DividedBatch | null = null;

/** The batch that is divided, while a layer is called with a part of it. */
export function dividedBatch(): DividedBatch | null {
  return current;
}

/** Runs `f` with that batch as the present one. */
function during<T>(batch: DividedBatch, f: () => T): T {
  const before = current;
  current = batch;
  try {
    return f();
  } finally {
    current = before;
  }
}

/** A batch of which a layer, or a model with layers, gets some rows after others. */
export class DividedBatch {
  /** The first row of the present part. */
  from = 0;
  /** The number of rows of the present part. */
  count = 0;
  private part = -1;
  private readonly notes = new Map<object, Notes>();
  private readonly whole = new Map<object, Tensors | null>();

  /** @param total The number of rows. */
  constructor(readonly total: number) {}

  /** Runs `f` with the next rows. */
  run<T>(count: number, f: () => T): T {
    this.from += this.count;
    [this.count, this.part] = [count, this.part + 1];
    return during(this, f);
  }

  /** Whether this is the first part of which `owner` notes something. */
  isFirst(owner: object): boolean {
    return !this.notes.has(owner);
  }

  /** Keeps tensors of this part, with the batch axis first, in place of what `owner` has noted of it before. */
  note(owner: object, tensors: Tensors, finish: Notes['finish']): void {
    const notes = this.notes.get(owner) ?? {parts: [], finish};
    this.notes.set(owner, notes);
    const copies = Object.entries(tensors).map(
      ([name, tensor]) => [name, tf.keep(tf.clone(tensor))] as const,
    );
    tf.dispose(notes.parts[this.part] ?? []);
    notes.parts[this.part] = Object.fromEntries(copies);
  }

  /** What `owner` has noted of this part. */
  noted(owner: object): Tensors | null {
    return this.notes.get(owner)?.parts[this.part] ?? null;
  }

  /** These rows of something of the whole batch, which is made once. */
  rowsOf(owner: object, make: () => Tensors | null): Tensors | null {
    if (!this.whole.has(owner)) {
      const made = tf.tidy(() => make() as tf.TensorContainerObject) as Tensors | null;
      Object.values(made ?? {}).forEach((tensor) => tf.keep(tensor));
      this.whole.set(owner, made);
    }
    const whole = this.whole.get(owner)!;
    if (!whole) return null;
    return Object.fromEntries(
      Object.entries(whole).map(([name, tensor]) => [name, tf.slice(tensor, this.from, this.count)]),
    );
  }

  /** Hands out what was noted of all parts. */
  finish(): void {
    for (const {parts, finish} of this.notes.values()) {
      const all = parts.filter((part) => part !== null && part !== undefined);
      const names = Object.keys(all[0]).filter((name) => all.every((part) => name in part));
      tf.tidy(() =>
        finish(Object.fromEntries(names.map((name) => [name, tf.concat(all.map((part) => part[name]))]))),
      );
    }
  }

  dispose(): void {
    for (const {parts} of this.notes.values()) parts.forEach((part) => tf.dispose(part ?? []));
    for (const whole of this.whole.values()) tf.dispose(whole ?? []);
    this.notes.clear();
    this.whole.clear();
  }
}
