/** @file Puzzles for training, validation and the test, from different solution grids. */
import seedrandom from 'seedrandom';
import {allGrids, makePuzzle, shuffled, type Board, type Puzzle} from './boards.js';

export const BATCH = 50;
export const STEPS_AN_EPOCH = 50;

export interface Sets {
  /** An epoch: all steps take their batches from it in this order. */
  training: Puzzle[];
  validation: Puzzle[];
  test: Puzzle[];
}

/** 200 of the 288 grids are for training, 40 for validation, 48 for the test. Puzzles have 5 to 10 givens. */
export function makeSets(seed: string): Sets {
  const random = seedrandom(seed);
  const grids = shuffled(allGrids(), random);
  const puzzles = (from: Board[], count: number): Puzzle[] =>
    Array.from({length: count}, (_, i) =>
      makePuzzle(from[i % from.length], 5 + Math.floor(6 * random()), random),
    );
  return {
    training: puzzles(grids.slice(0, 200), BATCH * STEPS_AN_EPOCH),
    validation: puzzles(grids.slice(200, 240), 80),
    test: puzzles(grids.slice(240), 240),
  };
}
