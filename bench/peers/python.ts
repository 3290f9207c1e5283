/** @file Python peers: a script of theirs, run where Python and they are installed. */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';

/** Lines of the table's notes. */
export function pythonRows(): string[] {
  const script = join(import.meta.dirname, 'peers.py');
  const {error, status, stdout, stderr} = spawnSync(process.env.PYTHON ?? 'python3', [script], {
    encoding: 'utf8',
  });
  if (error) return [`Python peers not measured: ${error.message}.`];
  if (status !== 0) return [`Python peers not measured: ${stderr.trim().split('\n').at(-1)}.`];
  const {rows, missing} = JSON.parse(stdout) as {
    rows: {name: string; median: number}[];
    missing: string[];
  };
  return [
    ...rows.map(({name, median}) => `${name}: ${median.toFixed(1)} ms.`),
    ...missing.map((name) => `Not measured, since Python cannot import it: ${name}.`),
  ];
}
