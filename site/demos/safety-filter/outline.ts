/** @file The line around a disc on which a barrier is zero. */
import type {Barrier} from '../../../examples/safety-filter/filter.js';
import type {Vector} from '../../../examples/safety-filter/world.js';

const POINTS = 40;
const FARTHEST = 1.2;
const SAMPLES = 24;

/** Relative to the disc's centre: in each direction the farthest place where the barrier is not positive, or the centre. */
export function outline(barrier: Barrier, radius: number): Vector[] {
  return Array.from({length: POINTS}, (_, i) => {
    const angle = (2 * Math.PI * i) / POINTS;
    const at = (distance: number): Vector => [distance * Math.cos(angle), distance * Math.sin(angle)];
    const isFree = (distance: number) => barrier(...at(distance), radius)[0] > 0;
    let low = FARTHEST;
    while (low > 0 && isFree(low)) low -= FARTHEST / SAMPLES;
    if (low <= 0) return at(0);
    let high = low + FARTHEST / SAMPLES;
    for (let k = 0; k < 6; k++) {
      const middle = (low + high) / 2;
      if (isFree(middle)) high = middle;
      else low = middle;
    }
    return at(low);
  });
}
