/** @file Programs in tests: turned on or off, counted, and the reasons why something is not one. */
import * as tf from '@tensorflow/tfjs-core';
import {Program} from '../../src/programs/index.js';

const FLAG = 'IMPLICIT_PROGRAMS';

/** Runs `f` with programs 'on', 'off' or 'explain'. */
export function withPrograms<T>(value: 'on' | 'off' | 'explain', f: () => T): T {
  const before = tf.env().get(FLAG);
  tf.env().set(FLAG, value as never);
  try {
    return f();
  } finally {
    tf.env().set(FLAG, before);
  }
}

/** Turns programs off for the tests of the suite that it is called in. */
export function turnOffPrograms(): void {
  let before: ReturnType<ReturnType<typeof tf.env>['get']>;
  beforeEach(() => {
    before = tf.env().get(FLAG);
    tf.env().set(FLAG, 'off' as never);
  });
  afterEach(() => tf.env().set(FLAG, before));
}

/** @returns How often `f` runs a program. */
export function programRuns(f: () => void): number {
  const run = Reflect.get(Program.prototype, 'run') as (this: Program) => void;
  let count = 0;
  Program.prototype.run = function () {
    count++;
    run.call(this);
  };
  try {
    f();
  } finally {
    Program.prototype.run = run;
  }
  return count;
}

/** @returns How many WebAssembly memories `work` makes. */
export function memoriesOf(work: () => void): number {
  const {Memory} = WebAssembly;
  let made = 0;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      super(descriptor);
      made++;
    }
  };
  try {
    work();
  } finally {
    WebAssembly.Memory = Memory;
  }
  return made;
}

/** @returns The reasons that are given, while `f` runs, why something runs operation by operation. Each is given once. */
export function reasonsOf(f: () => void): string[] {
  const said: string[] = [];
  const {info} = console;
  console.info = (message: string) => said.push(message);
  try {
    withPrograms('explain', f);
  } finally {
    console.info = info;
  }
  return said;
}
