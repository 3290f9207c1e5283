/** @file Tells of two solves as of one: that of a batch, and that which then solves some of its samples again. */
import type {SolveProgress} from '../../iteration/steps.js';

/** The number of samples that are done never falls, and their end is told once. */
export class BothSolves {
  private most = 0;
  private last: SolveProgress | null = null;

  constructor(private readonly tell: (progress: SolveProgress) => void) {}

  /** Hears the first solve. Its end is kept back, because it may not be the end. */
  readonly first = (progress: SolveProgress): void => {
    this.last = progress;
    if (progress.done < progress.total) this.pass(progress);
  };

  /** Hears the second solve, of which samples of the first that are not solved again count as done. */
  readonly second = (progress: SolveProgress): void => this.pass(progress);

  /** There is no second solve. */
  end(): void {
    if (this.last) this.tell(this.last);
  }

  private pass(progress: SolveProgress): void {
    this.most = Math.max(this.most, progress.done);
    this.tell({...progress, done: this.most});
  }
}
