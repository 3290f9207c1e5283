/** @file JAXopt on a case of the suite 'inner': it gets the data in files, and runs where Python has jax and jaxopt. */
import {spawnSync} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Case} from '../inner/case.js';

export interface InnerPeer {
  name: string;
  /** In ms, without compilation. */
  median: number;
  answer: number[];
}

/** The Python to use; `PYTHON` names that of a virtual environment. */
const PYTHON = process.env.PYTHON ?? 'python3';

/** The peers, or why there are none. Nothing is said about a case that has none. */
export function innerPeers({python}: Case): InnerPeer[] | string {
  if (!python) return [];
  const folder = mkdtempSync(join(tmpdir(), 'inner-'));
  try {
    for (const [name, {values}] of Object.entries(python.arrays)) {
      writeFileSync(join(folder, `${name}.f32`), Buffer.from(Float32Array.from(values).buffer));
    }
    const shapes = Object.fromEntries(Object.entries(python.arrays).map(([name, {shape}]) => [name, shape]));
    const {peer, settings} = python;
    writeFileSync(join(folder, 'case.json'), JSON.stringify({peer, settings, shapes}));
    const script = join(import.meta.dirname, 'inner.py');
    const {error, status, stdout, stderr} = spawnSync(PYTHON, [script, folder], {encoding: 'utf8'});
    if (error) return `JAXopt not measured: ${error.message}.`;
    if (status !== 0) return `JAXopt not measured: ${stderr.trim().split('\n').at(-1)}.`;
    return JSON.parse(stdout) as InnerPeer[];
  } finally {
    rmSync(folder, {recursive: true});
  }
}
