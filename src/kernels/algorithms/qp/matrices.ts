/** @file Reads the tensors of a batch of quadratic programs, sample by sample, into the solver's memory. */
import {sampleOf, type BatchJob} from '../../contracts/batch-kernel.js';
import type {DenseKernels} from '../../contracts/dense.js';
import {equilibrateMatrices} from './equilibrate.js';
import {scalingRoom, type MatrixScaling, type ScalingRoom} from './scaling.js';
import {SemidefiniteLift, symmetrize} from './semidefinite.js';
import type {Problem} from './types.js';

/** Reads the matrices of a sample. Matrices that all samples share are read and scaled only once. */
export class MatrixReader {
  private known = false;
  private valid = false;
  private scaling: MatrixScaling | null = null;
  private readonly shared: boolean;
  private readonly lift: SemidefiniteLift;
  /** Room for the scaling that samples share: it must outlive the scope of a sample. */
  private readonly room: ScalingRoom | null;

  /** @param shared Whether each of Q, G, A is the same for every sample. */
  constructor(
    private readonly dense: DenseKernels,
    private readonly job: BatchJob<'Q' | 'G' | 'A'>,
    private readonly problem: Problem,
  ) {
    const {sharedQ, sharedG, sharedA} = job.parameters;
    this.shared = Boolean(sharedQ && sharedG && sharedA);
    this.lift = new SemidefiniteLift(dense, problem.n);
    this.room = this.shared ? scalingRoom(dense, problem) : null;
  }

  /**
   * Fills in P, exactly symmetric; `lift`, by which its diagonal must grow for P to be semidefinite; and C, equalities first.
   *
   * @returns Whether the matrices are finite and Q is symmetric and semidefinite.
   */
  read(sample: number): boolean {
    if (this.known && this.shared) return this.valid;
    const {dense, job, problem} = this;
    const {
      n,
      p,
      P: {values: P},
      C: {values: C, full},
    } = problem;
    const {arrays, parameters} = job;
    this.scaling = null;
    this.known = true;
    P.set(sampleOf(arrays.Q, sample, n * n, parameters.sharedQ));
    C.set(sampleOf(arrays.A, sample, p * n, parameters.sharedA));
    C.set(sampleOf(arrays.G, sample, (full - p) * n, parameters.sharedG), p * n);
    const lift = dense.isFinite(C) && symmetrize(dense, P, n) ? this.lift.of(P) : null;
    problem.lift = lift ?? 0;
    this.valid = lift !== null;
    return this.valid;
  }

  /** The scaling, if all samples share it. */
  sharedScaling(): MatrixScaling | undefined {
    if (!this.room) return undefined;
    return (this.scaling ??= equilibrateMatrices(this.dense, this.problem, this.room));
  }
}
