/** @file Expressions, constraints and problems as text, with the place of one expression in it. */
import type {Constraint} from './constraint.js';
import {leavesOf} from './leaves-of.js';
import {nameOf} from './leaves.js';
import {repeatedIn} from './repeated.js';
import {shapeText} from './shape.js';
import type {Expression, Text} from './types.js';

/** Characters that no name contains, around the expression that is to be found. */
const [START, END] = ['\u0001', '\u0002'];

/** How relations are written. */
const RELATIONS = {lessEqual: '≤', greaterEqual: '≥', equal: '='} as const;

/** Short names for long expressions that occur several times, each after those that occur in it. */
export type Names = ReadonlyMap<Expression, string>;

/** The names that keep the text of some expressions short. */
export function namesFor(roots: readonly Expression[]): Names {
  const taken = new Set(leavesOf(roots).map(nameOf));
  let count = 0;
  const next = (): string => {
    const name = `e${++count}`;
    return taken.has(name) ? next() : name;
  };
  return new Map(repeatedIn(roots, () => 1).map((given) => [given, next()]));
}

/** An expression on one line. */
export function textOf(expression: Expression, names: Names, marked: Expression | null = null): string {
  return piece(expression, names, marked).text;
}

/** An expression on one line, without what would need a name. */
export function briefText(expression: Expression): string {
  return textOf(expression, new Map(repeatedIn([expression], () => 1).map((given) => [given, '…'])));
}

/** A constraint on one line. */
export function constraintText(
  {kind, sides}: Pick<Constraint, 'kind' | 'sides'>,
  names: Names,
  marked: Expression | null = null,
): string {
  const texts = sides.map((side) => textOf(side, names, marked));
  return kind === 'positiveSemidefinite' ? `${texts[0]} ⪰ 0` : texts.join(` ${RELATIONS[kind]} `);
}

/** A line for each name. */
export function definitionTexts(names: Names, marked: Expression | null = null): string[] {
  return [...names].map(([given, name]) => `${name} = ${body(given, names, marked).text}`);
}

/**
 * A line in which an expression stands, and below it a line that underlines the expression; between them the definition in which it stands, if it
 * has a name or stands in what has one.
 */
export function underlined(
  line: (marked: Expression | null) => string,
  names: Names,
  marked: Expression,
): string {
  const head = line(null);
  const own = names.has(marked) ? head : line(marked);
  if (own.includes(START)) return withMarks(own);
  const definition = definitionTexts(names, marked).find((text) => text.includes(START));
  return definition === undefined ? head : `${head}\n${withMarks(`  where ${definition}`)}`;
}

function withMarks(text: string): string {
  const start = text.indexOf(START);
  const length = text.indexOf(END) - start - 1;
  const plain = text.replaceAll(START, '').replaceAll(END, '');
  return `${plain}\n${' '.repeat(start)}${'^'.repeat(Math.max(1, length))}`;
}

function piece(expression: Expression, names: Names, marked: Expression | null): Text {
  const name = names.get(expression);
  return name === undefined ? body(expression, names, marked) : {text: name, binding: 2};
}

/** What a name stands for, if the expression has one. */
function body(expression: Expression, names: Names, marked: Expression | null): Text {
  const {atom, args, options} = expression;
  const texts = args.map((arg) => piece(arg, names, marked));
  const whole = atom.text ? atom.text(texts, options) : {text: call(expression, texts), binding: 2 as const};
  return expression === marked ? {...whole, text: START + whole.text + END} : whole;
}

function call({atom: {name}, options}: Expression, args: readonly Text[]): string {
  const settings = Object.entries(options).filter(([, value]) => value !== null);
  const named = settings.map(
    ([key, value]) => `${key}: ${Array.isArray(value) ? shapeText(value as number[]) : String(value)}`,
  );
  return `${name}(${[...args.map(({text}) => text), ...named].join(', ')})`;
}
