/** @file Solves linear systems of weighted graphs without cancellation. */

/** A pivot below this share of a node's links counts as zero: the node is not linked to the remaining nodes. */
const UNLINKED = 1e-14;

/** The map from (u, v) to the row and column sums of W ∘ (u1ᵀ + 1vᵀ): H = [diag(W1) W; Wᵀ diag(Wᵀ1)]. */
export class MarginalSystem {
  /** Links between each two columns, [m, m]. */
  private readonly links: Float64Array;
  private readonly rest: Float64Array;
  private readonly pivots: Float64Array;
  /** Links to a node with potential 0. */
  private readonly ground: Float64Array;
  readonly rowSums: Float64Array;

  constructor(
    readonly n: number,
    readonly m: number,
  ) {
    this.links = new Float64Array(m * m);
    this.rest = new Float64Array(m);
    this.pivots = new Float64Array(m);
    this.ground = new Float64Array(m);
    this.rowSums = new Float64Array(n);
  }

  /**
   * Factors H for W [n, m] ≥ 0. Eliminating the rows leaves a Laplacian of the columns. Its diagonal is the sum of its links, so
   * eliminating a node only adds positive numbers (Grassmann, Taksar & Heyman 1985).
   *
   * @param ridge A share of the sums of the columns that is added to their diagonal, so that parts that are not linked can move.
   */
  factor(W: Float64Array, ridge = 0): void {
    const {n, m, links, rowSums, pivots, ground} = this;
    links.fill(0);
    ground.fill(0);
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < m; j++) sum += W[i * m + j];
      rowSums[i] = sum;
      if (sum === 0) continue;
      for (let j = 0; j < m; j++) {
        ground[j] += ridge * W[i * m + j];
        const share = W[i * m + j] / sum;
        if (share === 0) continue;
        for (let k = 0; k < j; k++) links[j * m + k] += share * W[i * m + k];
      }
    }
    for (let j = 0; j < m; j++) for (let k = 0; k < j; k++) links[k * m + j] = links[j * m + k];
    const sizes = pivots.slice();
    for (let j = 0; j < m; j++) {
      let size = ground[j];
      for (let k = 0; k < m; k++) size += links[j * m + k];
      sizes[j] = size;
    }
    for (let p = m - 1; p >= 0; p--) {
      let pivot = ground[p];
      for (let k = 0; k < p; k++) pivot += links[p * m + k];
      pivots[p] = pivot > UNLINKED * sizes[p] ? pivot : 0;
      if (pivots[p] === 0) continue;
      for (let k = 0; k < p; k++) {
        const share = links[p * m + k] / pivot;
        if (share === 0) continue;
        ground[k] += share * ground[p];
        for (let l = 0; l < k; l++) {
          links[k * m + l] += share * links[p * m + l];
          links[l * m + k] = links[k * m + l];
        }
      }
    }
  }

  /**
   * Finds u and v with H (u, v) = (rows, columns). They are determined up to a constant in each linked part, which is chosen so that one of
   * its columns gets 0.
   */
  solve(W: Float64Array, rows: Float64Array, columns: Float64Array, u: Float64Array, v: Float64Array): void {
    const {n, m, links, rest, pivots, rowSums} = this;
    rest.set(columns);
    for (let i = 0; i < n; i++) {
      if (rowSums[i] === 0) continue;
      const share = rows[i] / rowSums[i];
      for (let j = 0; j < m; j++) rest[j] -= share * W[i * m + j];
    }
    for (let p = m - 1; p >= 0; p--) {
      if (pivots[p] === 0) continue;
      const share = rest[p] / pivots[p];
      for (let k = 0; k < p; k++) rest[k] += share * links[p * m + k];
    }
    for (let p = 0; p < m; p++) {
      v[p] = 0;
      if (pivots[p] === 0) continue;
      let sum = rest[p];
      for (let k = 0; k < p; k++) sum += links[p * m + k] * v[k];
      v[p] = sum / pivots[p];
    }
    for (let i = 0; i < n; i++) {
      let sum = rows[i];
      for (let j = 0; j < m; j++) sum -= W[i * m + j] * v[j];
      u[i] = rowSums[i] > 0 ? sum / rowSums[i] : 0;
    }
  }
}
