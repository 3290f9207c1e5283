/** @file Linear systems on the support of a sparse code, against the matrix that they stand for. */
import {assert} from 'chai';
import {
  SupportSystems,
  type SupportBlocks,
} from '../../../../src/kernels/algorithms/coding/support-systems.js';
import {denseKernels} from '../../../../src/kernels/twins/current-dense.js';
import {expectClose} from '../../../helpers/expect.js';
import {seededRandom} from '../../../zoo/linear-systems.js';

/** P (I − ηDᵀD) − I of a sample, by its definition. */
function matrixOf({dictionary, width, n, weight, l2, step}: SupportBlocks, sample: number): number[][] {
  return Array.from({length: n}, (_, i) => {
    const w = weight[sample * n + i];
    const share = w / (1 + step * l2[(l2.length === n ? 0 : sample * n) + i]);
    return Array.from({length: n}, (_, j) => {
      let gram = 0;
      for (let k = 0; k < width; k++) gram += dictionary[k * n + i] * dictionary[k * n + j];
      return share * (Number(i === j) - step * gram) - Number(i === j);
    });
  });
}

const image = (A: number[][], u: ArrayLike<number>, transpose: boolean) =>
  A.map((_, i) => A.reduce((sum, _row, j) => sum + (transpose ? A[j][i] : A[i][j]) * u[j], 0));

describe('systems on a support', () => {
  for (const shared of [true, false]) {
    it(`are solved as they are and transposed, ${shared ? 'one ridge for all' : 'each with its own ridge'}`, () => {
      for (let seed = 1; seed < 12; seed++) {
        const random = seededRandom(seed);
        const [batch, width, n] = [3, 5, 1 + (seed % 4)];
        const of = (size: number, value: () => number) => Float32Array.from({length: size}, value);
        const blocks: SupportBlocks = {
          ...{batch, width, n, step: 0.1 + 0.2 * random()},
          dictionary: of(width * n, () => 2 * random() - 1),
          // Off the support, on it, and between.
          weight: of(batch * n, () => [0, 1, 0.25 + 0.5 * random()][Math.floor(3 * random())]),
          l2: of(shared ? n : batch * n, () => random()),
        };
        const right = of(batch * n, () => 2 * random() - 1);
        const systems = new SupportSystems(blocks);
        for (const transpose of [false, true]) {
          const u = systems.solve(right, transpose);
          for (let sample = 0; sample < batch; sample++) {
            const [from, to] = [sample * n, (sample + 1) * n];
            const found = image(matrixOf(blocks, sample), u.subarray(from, to), transpose);
            expectClose(found, right.subarray(from, to), 1e-5, 1e-5);
          }
        }
      }
    });
  }

  it('have the solution of least norm where atoms depend on each other, exactly or but for rounding', () => {
    for (let seed = 1; seed < 30; seed++) {
      const random = seededRandom(seed);
      const [width, n] = [6, 4];
      const atoms = [0, 1, 2].map(() => Array.from({length: width}, () => Math.floor(13 * random()) - 6));
      // The last is the sum of the first two: only (1, 1, 0, −1) is not seen.
      atoms.push(atoms[0].map((value, k) => value + atoms[1][k]));
      const blocks: SupportBlocks = {
        ...{batch: 1, width, n, step: 0.5},
        dictionary: Float32Array.from({length: width * n}, (_, at) => atoms[at % n][Math.floor(at / n)]),
        // The third has a ridge and is half off the support: that changes neither what is not seen nor by whom.
        ...{weight: Float32Array.of(1, 1, 0.5, 1), l2: Float32Array.of(0, 0, 0.3 * (seed % 2), 0)},
      };
      const A = matrixOf(blocks, 0);
      const x = Array.from({length: n}, () => 2 * random() - 1);
      const along = (x[0] + x[1] - x[3]) / 3;
      const least = x.map((value, j) => value - along * [1, 1, 0, -1][j]);
      for (const transpose of [false, true]) {
        const u = new SupportSystems(blocks).solve(Float32Array.from(image(A, x, transpose)), transpose);
        expectClose(u, least, 2e-4, 1e-5);
      }
    }
  });

  it('are solved by one factorisation a sample where they are regular', () => {
    const dense = denseKernels();
    const original = {...dense};
    let solves = 0;
    dense.signedSolve = (...data) => {
      solves++;
      original.signedSolve(...data);
    };
    try {
      const blocks: SupportBlocks = {
        ...{batch: 3, width: 3, n: 2, step: 0.5, l2: new Float32Array(2)},
        ...{dictionary: Float32Array.of(1, 0, 1, 2, 0, 1), weight: new Float32Array(6).fill(1)},
      };
      const systems = new SupportSystems(blocks);
      for (const transpose of [false, true]) systems.solve(new Float32Array(6).fill(1), transpose);
      assert.equal(solves, 6);
      // Copies of one atom have no factors.
      const copies = {...blocks, dictionary: Float32Array.of(1, 1, 2, 2, 0, 0)};
      new SupportSystems(copies).solve(new Float32Array(6).fill(1), false);
      assert.equal(solves, 6);
    } finally {
      Object.assign(dense, original);
    }
  });
});
