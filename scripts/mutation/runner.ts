/**
 * @file Mocha for Stryker: loads the suites once, and then runs for each mutant the tests that reach it.
 *
 * MUTATION_SETUP and MUTATION_TESTS hold the files, separated by newlines; MUTATION_SAMPLE the name of a file with the keys of
 * the mutants to run: any other is passed over. Threads are off, since workers do not know which mutant is on. A test that fails
 * without any change is left out; MUTATION_BROKEN names the file that remembers these.
 *
 * A mutant may leave something behind, a tape that stays on say, which would fail the tests of all mutants after it. So the tests
 * that found one run once more without it; if they fail still, the next mutant gets a new process.
 */
import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import os from 'node:os';
import {resolve} from 'node:path';
import {declareClassPlugin, PluginKind} from '@stryker-mutator/api/plugin';
import {
  determineHitLimitReached,
  DryRunStatus,
  MutantRunStatus,
  TestStatus,
  toMutantRunResult,
  type DryRunOptions,
  type DryRunResult,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
} from '@stryker-mutator/api/test-runner';
import type {InstrumenterContext} from '@stryker-mutator/api/core';
import type * as FastCheck from 'fast-check';
import Mocha from 'mocha';
import {keyOf} from './sample.js';

const context = ((globalThis as {__stryker__?: Partial<InstrumenterContext>}).__stryker__ ??= {});

/** Of a property, unless it says how many: counting what is covered makes inner loops slow. */
const EXAMPLES = 25;

class Silent extends Mocha.reporters.Base {
  override epilogue(): void {}
}

class MochaRunner implements TestRunner {
  private readonly mocha = new Mocha({reporter: Silent, timeout: 60_000});
  private readonly sample = new Set(readFileSync(process.env.MUTATION_SAMPLE!, 'utf8').split('\n'));
  /** Of each test, by its id; and the tests of each suite as loaded. */
  private readonly ids = new Map<Mocha.Test, string>();
  private readonly all = new Map<Mocha.Suite, Mocha.Test[]>();
  private loaded = false;
  private covering = false;
  /** What the mutant before left behind. */
  private spoiled = false;

  capabilities() {
    return {reloadEnvironment: false};
  }

  init(): Promise<void> {
    os.availableParallelism = () => 1;
    this.mocha.cleanReferencesAfterRun(false);
    for (const file of process.env.MUTATION_TESTS!.split('\n')) this.mocha.addFile(file);
    const {ids} = this;
    const isCovering = () => this.covering;
    this.mocha.suite.beforeEach('which test it is', function () {
      if (isCovering()) context.currentTestId = ids.get(this.currentTest!);
    });
    return Promise.resolve();
  }

  async dryRun({coverageAnalysis}: DryRunOptions): Promise<DryRunResult> {
    this.covering = coverageAnalysis === 'perTest';
    const result = await this.run({});
    this.covering = false;
    if (result.status !== DryRunStatus.Complete) return result;
    const broken = result.tests.filter(({status}) => status === TestStatus.Failed).map(({id}) => id);
    writeFileSync(process.env.MUTATION_BROKEN!, broken.join('\n'));
    const tests = result.tests.map((test) =>
      test.status === TestStatus.Failed ? {...test, status: TestStatus.Skipped} : test,
    ) as TestResult[];
    return {...result, tests, mutantCoverage: context.mutantCoverage};
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    if (!this.sample.has(keyOf(options.activeMutant))) {
      return {status: MutantRunStatus.Survived, nrOfTests: 0};
    }
    // Stryker answers an error by a new process, and asks it again.
    if (this.spoiled) throw new Error('The mutant before left something behind.');
    const result = toMutantRunResult(await this.run(options));
    this.spoiled = !(await this.isClean(result));
    return result;
  }

  private async isClean(result: MutantRunResult): Promise<boolean> {
    if (!isEngineIdle()) return false;
    if (result.status === MutantRunStatus.Survived) return true;
    if (result.status !== MutantRunStatus.Killed) return false;
    const again = await this.run({testFilter: result.killedBy});
    if (again.status !== DryRunStatus.Complete || again.tests.length === 0) return false;
    return isEngineIdle() && again.tests.every(({status}) => status === TestStatus.Success);
  }

  private async run(options: Partial<MutantRunOptions>): Promise<DryRunResult> {
    const {activeMutant, mutantActivation, hitLimit, testFilter} = options;
    context.hitLimit = hitLimit;
    context.hitCount = hitLimit === undefined ? undefined : 0;
    if (!this.loaded) {
      context.activeMutant = mutantActivation === 'static' ? activeMutant!.id : undefined;
      this.setUp();
      await this.mocha.loadFilesAsync();
      this.name(this.mocha.suite, new Map());
      this.loaded = true;
    }
    context.activeMutant = activeMutant?.id;
    const wanted = testFilter && new Set(testFilter);
    const broken = new Set(activeMutant ? readBroken() : []);
    for (const [suite, tests] of this.all) {
      suite.bail(activeMutant !== undefined);
      suite.tests = tests.filter((test) => {
        const id = this.ids.get(test)!;
        return !broken.has(id) && (!wanted || wanted.has(id));
      });
    }
    const tests = await this.results();
    return (
      determineHitLimitReached(context.hitCount, context.hitLimit) ?? {status: DryRunStatus.Complete, tests}
    );
  }

  /** What --require of mocha does, which loads as it does the suites: else there would be two copies of tfjs. */
  private setUp(): void {
    const require = createRequire(import.meta.url);
    for (const file of process.env.MUTATION_SETUP!.split('\n')) {
      const {mochaHooks} = require(resolve(file)) as {mochaHooks?: Mocha.RootHookObject};
      if (mochaHooks) this.mocha.rootHooks(mochaHooks);
    }
    const properties = require('fast-check') as typeof FastCheck;
    properties.configureGlobal({...properties.readConfigureGlobal(), numRuns: EXAMPLES});
  }

  private results(): Promise<TestResult[]> {
    const results: TestResult[] = [];
    return new Promise((resolve) => {
      const runner = this.mocha.run(() => resolve(results));
      const add = (test: Mocha.Runnable, rest: {status: TestStatus; failureMessage?: string}) => {
        // A hook that fails stands for its test.
        const id = this.ids.get(test as Mocha.Test) ?? test.fullTitle();
        results.push({id, name: test.fullTitle(), timeSpentMs: test.duration ?? 0, ...rest} as TestResult);
      };
      runner.on('pass', (test: Mocha.Test) => add(test, {status: TestStatus.Success}));
      runner.on('pending', (test: Mocha.Test) => add(test, {status: TestStatus.Skipped}));
      runner.on('fail', (test: Mocha.Runnable, error: Error) =>
        add(test, {status: TestStatus.Failed, failureMessage: error.message}),
      );
    });
  }

  private name(suite: Mocha.Suite, seen: Map<string, number>): void {
    this.all.set(suite, suite.tests);
    for (const test of suite.tests) {
      const title = test.fullTitle();
      const count = seen.get(title) ?? 0;
      seen.set(title, count + 1);
      this.ids.set(test, count === 0 ? title : `${title} (${count + 1})`);
    }
    for (const inner of suite.suites) this.name(inner, seen);
  }
}

/** Whether tfjs records nothing and is in no tf.tidy. */
function isEngineIdle(): boolean {
  const {_tfengine: engine} = globalThis as unknown as {_tfengine?: {state: EngineState}};
  if (!engine) return true;
  const {gradientDepth, kernelDepth, scopeStack} = engine.state;
  return gradientDepth === 0 && kernelDepth === 0 && scopeStack.length === 0;
}

interface EngineState {
  gradientDepth: number;
  kernelDepth: number;
  scopeStack: unknown[];
}

function readBroken(): string[] {
  const file = process.env.MUTATION_BROKEN!;
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'suites', MochaRunner)];
