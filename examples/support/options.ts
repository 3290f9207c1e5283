/** @file The options of an example's command: those that all have, and one for each number of its size. */
import {parseArgs} from 'node:util';

type Value = string | number | readonly number[];

/** What can be chosen of an experiment: numbers, words, lists of numbers. */
export type Sizes<Size> = {[Name in keyof Size]: Value};

export interface Command<Size> {
  /** The npm script is `example:name`. */
  name: string;
  full: Size;
  quick: Size;
  /** Without a seed there is no `--seed`. */
  seeded: boolean;
}

export interface Chosen<Size> {
  size: Size;
  quick: boolean;
  seed: number;
  backend: string;
  /** The file of the figure; none is written for `--quick`, unless it is given. */
  out: string | undefined;
}

/**
 * @returns Nothing if it was asked for help, which is printed.
 * @throws If an option is unknown or not of the type of its default.
 */
export function readOptions<Size extends Sizes<Size>>(
  {name, full, quick, seeded}: Command<Size>,
  args: readonly string[],
): Chosen<Size> | undefined {
  const own = Object.entries<Value>(full);
  const {values} = parseArgs({
    args: [...args],
    options: {
      ...Object.fromEntries(own.map(([key]) => [dashed(key), {type: 'string' as const}])),
      ...(seeded ? {seed: {type: 'string', default: '1'}} : {}),
      backend: {type: 'string', default: 'wasm'},
      out: {type: 'string'},
      quick: {type: 'boolean', default: false},
      help: {type: 'boolean', default: false},
    },
  });
  const figure = `docs/images/${name}.svg`;
  if (values.help) {
    const rows = [
      ...own.map(([key, value]) => [`--${dashed(key)}`, `default ${String(value)}`]),
      ...(seeded ? [['--seed', 'default 1']] : []),
      ['--backend', 'wasm (default), cpu, tensorflow or webgpu'],
      ['--out', `the file of the figure, default ${figure}`],
      ['--quick', 'a small version without a figure'],
    ];
    console.log(`npm run example:${name} -- [options]`);
    rows.forEach(([option, text]) => console.log(`  ${option.padEnd(16)} ${text}`));
    return undefined;
  }
  const given: Record<string, string | boolean | undefined> = values;
  const size = Object.entries<Value>(values.quick ? quick : full).map(([key, value]) => {
    const text = given[dashed(key)];
    return [key, typeof text === 'string' ? parsed(dashed(key), text, value) : value];
  });
  return {
    size: Object.fromEntries(size) as Size,
    quick: values.quick,
    seed: numberIn('seed', String(given.seed ?? 1)),
    backend: values.backend,
    out: values.out ?? (values.quick ? undefined : figure),
  };
}

const dashed = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

function parsed(option: string, text: string, like: Value): Value {
  if (typeof like === 'string') return text;
  if (typeof like === 'number') return numberIn(option, text);
  return text.split(',').map((part) => numberIn(option, part));
}

function numberIn(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value))
    throw new Error(`--${option} takes numbers, not '${text}'.`);
  return value;
}
