/** @file States of a loop, kept now and then, from which the states between them can be computed again. */

/** Bytes up to which every state is kept. */
const ROOM = 1 << 22;

/**
 * Keeps every s-th state. s is one until the room is full; then it is doubled whenever there are more than 2s states. So a loop of K steps
 * has O(√K) of them in the end, and none of its stretches is longer than O(√K).
 */
export class Checkpoints<S> {
  private kept: {step: number; state: S}[] = [];
  private spacing = 1;
  private readonly most: number;

  /**
   * @param bytes The size of a state.
   * @param free Frees a state that is not kept any longer.
   */
  constructor(
    bytes: number,
    private readonly free: (state: S) => void = () => undefined,
    room = ROOM,
  ) {
    this.most = room / bytes;
  }

  /** Offers the state before a step; `copy` is called if it is kept. Steps are offered in order, from zero. */
  offer(step: number, copy: () => S): void {
    if (step % this.spacing !== 0) return;
    this.kept.push({step, state: copy()});
    while (this.kept.length > Math.max(this.most, 2 * this.spacing)) {
      this.spacing *= 2;
      const [stay, go] = [true, false].map((which) =>
        this.kept.filter(({step: at}) => (at % this.spacing === 0) === which),
      );
      this.kept = stay;
      go.forEach(({state}) => this.free(state));
    }
  }

  /** The states that are kept, in order, each with the number of its step. */
  get all(): readonly {step: number; state: S}[] {
    return this.kept;
  }
}
