/** @file A process of its own for each mutant of the sample: worker threads and all that they load see the change. */
import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
  type DryRunOptions,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import {keyOf} from './sample.js';

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

export class ProcessRunner implements TestRunner {
  private readonly sample = new Set(readFileSync(process.env.MUTATION_SAMPLE!, 'utf8').split('\n'));

  capabilities() {
    return {reloadEnvironment: true};
  }

  dryRun({timeout}: DryRunOptions): Promise<DryRunResult> {
    return this.run(timeout);
  }

  async mutantRun({activeMutant, timeout}: MutantRunOptions): Promise<MutantRunResult> {
    if (!this.sample.has(keyOf(activeMutant))) return {status: MutantRunStatus.Survived, nrOfTests: 0};
    return toMutantRunResult(await this.run(timeout, activeMutant.id));
  }

  private run(timeout: number, mutant?: string): Promise<DryRunResult> {
    const files = process.env.MUTATION_TESTS!.split('\n');
    const env = {...process.env, NODE_OPTIONS: '', __STRYKER_ACTIVE_MUTANT__: mutant};
    const start = performance.now();
    const child = spawn(process.execPath, [MOCHA, '--bail', ...files], {env, timeout, killSignal: 'SIGKILL'});
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += String(part)));
    return new Promise((resolve) => {
      child.on('exit', (code, signal) => {
        if (signal) return resolve({status: DryRunStatus.Timeout});
        const all = {id: 'all', name: 'all', timeSpentMs: performance.now() - start};
        const test =
          code === 0
            ? {...all, status: TestStatus.Success as const}
            : {...all, status: TestStatus.Failed as const, failureMessage: output.slice(-2000)};
        resolve({status: DryRunStatus.Complete, tests: [test]});
      });
    });
  }
}
