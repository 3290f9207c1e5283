/** @file An orthonormal basis that grows vector by vector, in the memory of the array kernels. */
import {giveBackArrays, takeArrays, type ArrayKernels} from '../../kernels/index.js';
import {norm} from '../vectors.js';

/** The overlaps lose digits if less than this fraction of the vector is left; then those of the rest are taken too. */
const CANCELLED = 0.1;

/** The first room, in vectors. It is doubled when it is full. */
const ROOM = 16;

interface Room {
  kernels: ArrayKernels;
  /** The basis as rows, then a vector, its overlaps with the basis, and what they make of the basis. */
  arrays: [Q: Float64Array, w: Float64Array, h: Float64Array, sum: Float64Array];
}

export class OrthonormalBasis {
  private room: Room;
  private capacity: number;
  private count = 0;

  /** @param n The length of a vector. */
  constructor(
    private readonly n: number,
    private readonly most: number,
  ) {
    this.capacity = Math.min(ROOM, most);
    this.room = this.taken();
  }

  /** The vectors, valid until one is added. */
  at(j: number): Float64Array {
    return this.room.arrays[0].subarray(j * this.n, (j + 1) * this.n);
  }

  /** Adds `factor` w as the next vector. */
  add(w: Float64Array, factor: number): void {
    if (this.count === this.capacity) this.grow();
    const at = this.at(this.count++);
    for (let i = 0; i < at.length; i++) at[i] = factor * w[i];
  }

  /**
   * w ← w − Q Qᵀw, with the basis as the columns of Q.
   *
   * @param overlaps Qᵀw is added to it.
   * @param before ‖w‖ at the start.
   * @returns ‖w‖ at the end.
   */
  orthogonalize(w: Float64Array, overlaps: Float64Array, before: number): number {
    this.remove(w, overlaps);
    const left = norm(w);
    if (left > CANCELLED * before) return left;
    this.remove(w, overlaps);
    return norm(w);
  }

  /** Gives the memory back. */
  dispose(): void {
    giveBackArrays(this.room.kernels);
  }

  private remove(given: Float64Array, overlaps: Float64Array): void {
    const {n, count} = this;
    const {kernels, arrays} = this.room;
    const [Q, w, h, sum] = arrays;
    const start = {startsA: [0], startsB: [0], turnA: false, turnB: false};
    w.set(given);
    kernels.product({...start, a: Q, b: w, out: h, rows: count, inner: n, columns: 1})();
    kernels.product({...start, a: h, b: Q, out: sum, rows: 1, inner: count, columns: n})();
    for (let i = 0; i < n; i++) given[i] -= sum[i];
    for (let j = 0; j < count; j++) overlaps[j] += h[j];
  }

  private grow(): void {
    const {room, capacity} = this;
    this.capacity = Math.min(2 * capacity, this.most);
    this.room = this.taken();
    this.room.arrays[0].set(room.arrays[0]);
    giveBackArrays(room.kernels);
  }

  private taken(): Room {
    const {n, capacity} = this;
    const {kernels, arrays} = takeArrays([capacity * n, n, capacity, n]);
    return {kernels, arrays: arrays as Room['arrays']};
  }
}
