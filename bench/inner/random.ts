/** @file Random data with a seed, in float32. */
import seedrandom from 'seedrandom';

export interface Random {
  uniform: () => number;
  normal: () => number;
  /** As many normal numbers, in float32. */
  normals: (count: number) => Float32Array;
}

export function randomOf(seed: string): Random {
  const uniform = seedrandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {uniform, normal, normals: (count) => Float32Array.from({length: count}, normal)};
}
