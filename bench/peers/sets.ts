/** @file Clarabel on the problems of a set, where Python and it are installed. */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';

interface Timed {
  seconds: number;
  status: string;
}

/**
 * A line that compares our times with those of Clarabel.
 *
 * @param paths The files of the problems. @param ours Our time for each, in s. @param cpu Whether times are those of the processor.
 * @param passes How often each problem is timed.
 */
export function clarabelTimes(
  paths: string[],
  ours: number[],
  {cpu, passes}: {cpu: boolean; passes: number},
): string {
  const settings = [...(cpu ? ['--cpu'] : []), `--passes=${passes}`];
  const args = [join(import.meta.dirname, 'sets.py'), ...settings, ...paths];
  const {error, status, stdout, stderr} = spawnSync(process.env.PYTHON ?? 'python3', args, {
    encoding: 'utf8',
  });
  if (error) return `Clarabel not measured: ${error.message}.`;
  if (status !== 0) return `Clarabel not measured: ${stderr.trim().split('\n').at(-1)}.`;
  const theirs = JSON.parse(stdout) as Timed[];
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  const seconds = theirs.map((timed) => timed.seconds);
  const solved = theirs.filter((timed) => timed.status === 'Solved').length;
  const ratios = ours.map((time, k) => time / seconds[k]);
  return (
    `Clarabel: ${sum(seconds).toFixed(1)} s in all, ${solved} of ${theirs.length} Solved. ` +
    `Ours takes ${(sum(ours) / sum(seconds)).toFixed(2)} times as long in all, ` +
    `the median of the ratios is ${median(ratios).toFixed(2)}, that of the times ${(median(ours) / median(seconds)).toFixed(2)}.`
  );
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
