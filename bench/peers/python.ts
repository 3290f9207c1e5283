/** @file Python peers: a script of theirs, run where Python and they are installed. */
import {spawnSync} from 'node:child_process';
import {join} from 'node:path';

interface PeerRow {
  name: string;
  /** In ms. */
  median: number;
  /** The name of the row of ours that computes the same, if there is one. */
  of: string | null;
}

/** Lines of the table's notes. @param ours The medians of our rows in ms, by their names. */
export function pythonRows(ours: ReadonlyMap<string, number>): string[] {
  const script = join(import.meta.dirname, 'peers.py');
  const {error, status, stdout, stderr} = spawnSync(process.env.PYTHON ?? 'python3', [script], {
    encoding: 'utf8',
  });
  if (error) return [`Python peers not measured: ${error.message}.`];
  if (status !== 0) return [`Python peers not measured: ${stderr.trim().split('\n').at(-1)}.`];
  const {rows, missing} = JSON.parse(stdout) as {
    rows: PeerRow[];
    missing: string[];
  };
  const compared = ({median, of}: PeerRow) => {
    const own = of === null ? undefined : ours.get(of);
    return own === undefined ? '' : `, ${(median / own).toFixed(1)} times ours`;
  };
  return [
    ...rows.map((row) => `${row.name}: ${row.median.toFixed(1)} ms${compared(row)}.`),
    ...missing.map((name) => `Not measured, since Python cannot import it: ${name}.`),
  ];
}
