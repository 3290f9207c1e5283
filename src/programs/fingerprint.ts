/** @file What graphs have in common that differ only in the numbers of their constants: a text that is equal for them. */
import type {Graph, Line} from './graph.js';

/** Texts of graphs that are used again, by their lines: they differ only in the numbers of their constants. */
const known = new WeakMap<readonly Line[], Map<string, string | null>>();

/** Longer texts cost more to keep than they save. */
const LONGEST = 1 << 18;

/**
 * A text that determines everything of a graph but the numbers of its constants, and how it is run.
 *
 * @returns `null` if an attribute is not made of plain values, so that it has no such text, or if the text is too long.
 */
export function fingerprint(graph: Graph, fast: readonly number[], rare: readonly number[]): string | null {
  const how = `${fast.join()}|${rare.join()}`;
  const texts = known.get(graph.lines) ?? new Map<string, string | null>();
  known.set(graph.lines, texts);
  if (!texts.has(how)) texts.set(how, textOf(graph, how));
  return texts.get(how)!;
}

function textOf(graph: Graph, how: string): string | null {
  try {
    const constants = [...graph.constants].map(([value, {length}]) => `${value}:${length}`);
    const head = [constants, graph.inputs, graph.outputs].map((list) => list.join());
    const values = graph.values.map(({shape, dtype}) => `${dtype}${shape}`);
    const text = `${how}|${head.join('|')}|${values.join(';')}|${linesOf(graph.lines)}`;
    return text.length > LONGEST ? null : text;
  } catch (error) {
    if (error instanceof NotPlain) return null;
    throw error;
  }
}

class NotPlain extends Error {}

function linesOf(lines: readonly Line[]): string {
  let text = '';
  for (const {kernel, inputs, attributes, outputs, loop} of lines) {
    text += `${JSON.stringify(kernel)}(`;
    for (const name in inputs) text += `${JSON.stringify(name)}=${inputs[name].join()};`;
    for (const name in attributes) text += `${JSON.stringify(name)}:${plain(attributes[name])};`;
    text += `)${outputs.join()}`;
    if (!loop) continue;
    const {begins, ends, open, limit} = loop;
    text += `{${begins.join()}|${ends.join()}|${open}|${limit}|${linesOf(loop.lines)}}`;
  }
  return text;
}

/** An attribute as text: equal for equal values only. */
function plain(value: unknown): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean' || value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) throw new NotPlain();
  const entries = Object.entries(value).map(([name, own]) => `${JSON.stringify(name)}:${plain(own)}`);
  return `{${entries.join()}}`;
}
