/** @file Expressions, constraints and problems as text, with the place of one expression in it. */
import type {Constraint} from './constraint.js';
import {shapeText} from './shape.js';
import type {Expression, Text} from './types.js';

/** Characters that no name contains, around the expression that is to be found. */
const [START, END] = ['\u0001', '\u0002'];

/** How relations are written. */
const RELATIONS = {lessEqual: '≤', greaterEqual: '≥', equal: '='} as const;

/** An expression on one line. */
export function textOf(expression: Expression): string {
  return piece(expression, null).text;
}

/** A constraint on one line. */
export function constraintText({kind, sides}: Constraint, marked: Expression | null = null): string {
  const texts = sides.map((side) => piece(side, marked).text);
  return kind === 'positiveSemidefinite' ? `${texts[0]} ⪰ 0` : texts.join(` ${RELATIONS[kind]} `);
}

/** A line in which an expression stands, and below it a line that underlines the expression. */
export function underlined(line: (marked: Expression) => string, marked: Expression): string {
  const text = line(marked);
  const [before, rest] = text.split(START);
  if (rest === undefined) return text;
  const [within, after = ''] = rest.split(END);
  const plain = before + within + after.replaceAll(END, '');
  return `${plain.replaceAll(START, '')}\n${' '.repeat(before.length)}${'^'.repeat(Math.max(1, within.length))}`;
}

/** The text of an expression in which another is marked for `underlined`. */
export function markedText(expression: Expression, marked: Expression | null): string {
  return piece(expression, marked).text;
}

function piece(expression: Expression, marked: Expression | null): Text {
  const {atom, args, options} = expression;
  const texts = args.map((arg) => piece(arg, marked));
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
