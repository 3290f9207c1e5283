/** @file What a layer refuses: each argument that is of a wrong kind or out of its range, and each shape that does not fit. */
import * as tf from '@tensorflow/tfjs-core';
import type {Shape} from '@tensorflow/tfjs-layers';
import {assert} from 'chai';
import '../helpers/backends.js';
import {messageOf} from '../helpers/expect.js';
import {ARGUMENTS, CLASSES, extra, REQUIRED, type Args} from './arguments.js';

/** Of each number the least that is taken; 'positive' where zero is not; [low] where it must be whole. */
const LEAST: Record<string, number | 'positive' | [number]> = {
  units: [1],
  inequalities: [0],
  equalities: [0],
  k: [1],
  axis: [-16],
  historySize: [1],
  maxIterations: [1],
  alpha: 1,
  epsilon: 0,
  jacobianPenalty: 0,
  l1: 0,
  seed: 0,
  'LassoLayer.l2': 0,
  'LassoLayer.tolerance': 0,
  'FixedPointLayer.tolerance': 0,
  'FixedPointLayer.seed': [0],
  l2: 'positive',
  maxNorm: 'positive',
  scale: 'positive',
  smoothing: 'positive',
  strength: 'positive',
  tolerance: 'positive',
};
const MOST: Record<string, number> = {historySize: 64};

const NO_NUMBERS = ['1', NaN, Infinity, -Infinity, true, [1], {}];
const NO_FLAGS = ['true', 1, 0, [], {}];
const NO_CHOICES = ['banana', '', 1, true, {}];

/** By name: the layer, what is left out of its arguments, and the argument with another value. */
function made(name: string, changed: Args) {
  return new CLASSES[name]({...ARGUMENTS[name].args, ...extra(name), ...changed});
}

describe('a layer refuses', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  for (const [name, {args}] of Object.entries(ARGUMENTS)) {
    const refused = (argument: string, values: unknown[]) => {
      for (const value of values) {
        const message = messageOf(() => made(name, {[argument]: value}));
        assert.match(
          message,
          new RegExp(`^${name}: ${argument} must be .*; got `),
          `${argument} = ${String(value)}`,
        );
        assert.include(message, JSON.stringify(value));
      }
    };

    it(`${name}: numbers that are none, or out of their range`, () => {
      for (const [argument] of Object.entries(args).filter(([, value]) => typeof value === 'number')) {
        const least = LEAST[`${name}.${argument}`] ?? LEAST[argument];
        const whole = Array.isArray(least);
        const low = least === 'positive' ? Number.MIN_VALUE : whole ? least[0] : least;
        const most = MOST[argument] ?? 1e9;
        refused(argument, [...NO_NUMBERS, most + 1, least === 'positive' ? 0 : low - 1]);
        if (whole) refused(argument, [low + 0.5]);
        for (const value of [low, most]) {
          const config = made(name, {[argument]: value}).getConfig() as Args;
          assert.equal(config[argument], value, argument);
        }
      }
    });

    it(`${name}: flags that are none, and choices that do not exist`, () => {
      for (const [argument, value] of Object.entries(args)) {
        if (typeof value === 'boolean') refused(argument, NO_FLAGS);
        if (typeof value === 'string') refused(argument, NO_CHOICES);
      }
    });

    it(`${name}: nothing that is left out, or null as in a file`, () => {
      const needed = Object.fromEntries(
        Object.entries(args).filter(([argument]) => REQUIRED.includes(argument)),
      );
      const cell = extra(name);
      const layer = (given: Args) => new CLASSES[name]({...needed, ...cell, name: 'mine', ...given});
      const plain = layer({}).getConfig();
      const own = [...Object.keys(args), 'constants', 'linsolve', 'solver'];
      const options = own.filter((argument) => !REQUIRED.includes(argument) && argument in plain);
      for (const argument of options) {
        for (const nothing of [null, undefined]) {
          assert.deepEqual(
            JSON.stringify(layer({[argument]: nothing}).getConfig()),
            JSON.stringify(plain),
            argument,
          );
        }
      }
    });

    it(`${name}: arguments that are no record`, () => {
      for (const given of [null, 3, 'x', true]) {
        assert.match(
          messageOf(() => new CLASSES[name](given as never)),
          new RegExp(`^${name}: `),
        );
      }
    });
  }
});

/** Shapes of the inputs with null for the batch: those that fit, and those that do not with what is said. */
const SHAPES: [string, Args, (number | null)[][], [(number | null)[][], RegExp][]][] = [
  ...['SparsemaxProjection', 'SimplexProjection', 'EntmaxLayer'].flatMap((name): typeof SHAPES => [
    [name, {axis: -1}, [[null, 3]], [[[[null]], /axis -1 is not a feature axis of an input of shape \[\]/]]],
    [name, {axis: 1}, [[null, 3, 2]], [[[[null]], /axis 1 is not a feature axis/]]],
    [name, {axis: 2}, [[null, 3, 2]], [[[[null, 3]], /axis 2 is not a feature axis/]]],
    [
      name,
      {axis: -2},
      [[null, 3, 2]],
      [
        [[[null, 3]], /axis -2 is not a feature axis/],
        [[[null]], /axis -2 is not a feature axis/],
      ],
    ],
    [name, {axis: -16}, [Array<null>(17).fill(null)], [[[[null, 3]], /axis -16 is not a feature axis/]]],
  ]),
  ['TopK', {k: 3}, [[null, 2, 3]], [[[[null, 3, 2]], /k = 3 of 2 entries/]]],
  ['TopK', {k: 3}, [[null, null]], []],
  [
    'TransportLayer',
    {},
    [[null, 3, 2]],
    [
      [[[null, 3]], /x must have shape \[B, n, m\], got \[,3\]/],
      [[[null, 3, 2, 1]], /x must have shape \[B, n, m\]/],
    ],
  ],
  ['TransportLayer', {marginals: true}, [[null, 3, 2], [null, 3], [null, 2]], [[[[null, 3], [null, 3], [null, 2]], /\[B, n, m\]/]]], // prettier-ignore
  [
    'BirkhoffLayer',
    {},
    [[null, 3, 3]],
    [
      [[[null, 3]], /must have shape \[B, n, n\], got \[,3\]/],
      [[[null, 3, 2]], /must have shape \[B, n, n\]/],
    ],
  ],
  ...['RidgeLayer', 'SVMLayer'].flatMap((name): typeof SHAPES => [
    [
      name,
      {},
      [[null, 4, 3], [null, 4, 2], [null, 5, 3]], // prettier-ignore
      [
        [
          [
            [null, 4, 3],
            [null, 4, 2],
          ],
          /must be X \[B, m, p\], Y \[B, m, k\], query \[B, q, p\]; got \[,4,3\], \[,4,2\]/,
        ],
        [
          [
            [null, 4, 3],
            [null, 5, 2],
            [null, 5, 3],
          ],
          /X \[B, m, p\], Y \[B, m, k\]/,
        ],
        [
          [
            [null, 4, 3],
            [null, 4, 2],
            [null, 5, 2],
          ],
          /query \[B, q, p\]/,
        ],
        [
          [
            [null, 4, 3],
            [null, 4],
            [null, 5, 3],
          ],
          /Y \[B, m, k\]/,
        ],
        [
          [
            [null, 4, 3],
            [null, 4, 2],
            [null, 5, 3, 1],
          ],
          /query \[B, q, p\]/,
        ],
      ],
    ],
    [
      name,
      {query: false},
      [[null, 4, 3], [null, 4, 2]], // prettier-ignore
      [
        [[[null, 4, 3]], /must be X \[B, m, p\], Y \[B, m, k\]; got/],
        [
          [
            [null, 4, 3],
            [null, 4, 2],
            [null, 5, 3],
          ],
          /must be X \[B, m, p\], Y \[B, m, k\]; got/,
        ],
      ],
    ],
  ]),
  [
    'LassoLayer',
    {units: 2},
    [[null, 3]],
    [
      [[[null]], /must have shape \[B, n\] with a known n, got \[\]/],
      [[[null, null]], /known n/],
      [[[null, 3, 1]], /known n/],
    ],
  ],
  ['FixedPointLayer', {stateShape: [4]}, [[null, 3]], []],
  [
    'QPLayer',
    {inputs: ['p', 'G', 'h', 'A', 'b', 'Q']},
    [
      [null, 3],
      [null, 2, 3],
      [null, 2],
      [null, 1, 3],
      [null, 1],
      [null, 3, 3],
    ],
    [
      [[[null, 3]], /QPLayer takes 6 inputs \(p, G, h, A, b, Q\), but got 1\. Pass them as layer\.apply\(\[p, G, h, A, b, Q\]\)/],
      [[[null, 3], [null, 2, 4], [null, 2], [null, 1, 3], [null, 1], [null, 3, 3]], /input G of shape \[B, 2, 4\] has 4 variables, but the input p of shape \[B, 3\] has 3/],
      [[[null, 3], [null, 2, 3], [null, 4], [null, 1, 3], [null, 1], [null, 3, 3]], /input h of shape \[B, 4\] has 4 inequalities, but the input G .* has 2/],
      [[[null, 3], [null, 2, 3], [null, 2], [null, 1, 3], [null, 2], [null, 3, 3]], /input b .* has 2 equalities, but the input A .* has 1/],
      [[[null, 3], [null, 2, 3], [null, 2], [null, 1, 3], [null, 1], [null, 3, 4]], /input Q .* has 4 variables/],
      [[[null, 3], [null, 2], [null, 2], [null, 1, 3], [null, 1], [null, 3, 3]], /input 1 is G and must have shape \[B, m, n\]; got \[B, 2\]/],
    ], // prettier-ignore
  ],
  ['QPLayer', {units: 4}, [[null, 3]], [[[[null, null]], /width of the input p must be known, got \[,\]/]]],
  [
    'QPLayer',
    {},
    [[null, 3]],
    [[[[null, null]], /number of variables is not known: pass units, or make p or Q an input/]],
  ],
  [
    'QPLayer',
    {units: 3, inputs: ['Q']},
    [[null, 3, 3]],
    [[[[null, 2, 2]], /input Q .* has 2 variables, but units has 3/]],
  ],
  ['QPLayer', {units: 2, constants: {G: [[1, 2]], h: [1]}}, [[null, 2]], []],
  ['QPLayer', {units: 3, constants: {Q: [[1, 0], [0, 1]]}}, [], [[[[null, 3]], /constant Q of shape \[2,2\] has 2 variables, but units has 3/]]], // prettier-ignore
  ['QPLayer', {inequalities: 3, constants: {h: [1, 1]}}, [], [[[[null, 3]], /inequalities has 3 inequalities, but the constant h .* has 2/]]], // prettier-ignore
  ['QPLayer', {equalities: 3, constants: {b: [1, 1]}}, [], [[[[null, 3]], /equalities has 3 equalities, but the constant b .* has 2/]]], // prettier-ignore
  ['QPLayer', {inequalities: 20_001}, [], [[[[null, 3]], /number of inequalities must be an integer, at least 0 and at most 20000; got 20001/]]], // prettier-ignore
  [
    'QPLayer',
    {equalities: 20_001},
    [],
    [[[[null, 3]], /number of equalities must be an integer, .* at most 20000/]],
  ],
  ['QPLayer', {inequalities: 0}, [], [[[[null, 20_001]], /number of variables must be an integer, at least 1 and at most 20000/], [[[null, 0]], /number of variables must be/]]], // prettier-ignore
  [
    'ConicLayer',
    {cones: {nonNegative: 2}, inputs: ['c', 'E', 'd']},
    [
      [null, 3],
      [null, 2, 3],
      [null, 2],
    ],
    [
      [[[null, 3]], /ConicLayer takes 3 inputs \(c, E, d\), but got 1\./],
      [[[null, 3, 1], [null, 2, 3], [null, 2]], /c must have shape \[p\], got \[3,1\]/],
      [[[null, 3], [null, 2, 4], [null, 2]], /E must have shape \[2, 3\], got \[2,4\]/],
      [[[null, 3], [null, 3, 3], [null, 2]], /E must have shape \[2, 3\], got \[3,3\]/],
      [[[null, 3], [null, 2, 3], [null, 3]], /d must have shape \[2\], got \[3\]/],
    ], // prettier-ignore
  ],
  [
    'ConicLayer',
    {cones: {nonNegative: 2}, units: 2},
    [[null, 2]],
    [[[[null, 3]], /c must have shape \[2\], got \[3\]/]],
  ],
  ['ConicLayer', {cones: {nonNegative: 2}, inputs: ['d']}, [], [[[[null, 2]], /number of variables is not known: pass units, or make c or E an input/]]], // prettier-ignore
  ['ConicLayer', {cones: {nonNegative: 2}, inputs: ['d'], units: 3}, [[null, 2]], []],
];

describe('a layer at build', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  const shapeOf = (shapes: (number | null)[][]) =>
    (shapes.length === 1 ? shapes[0] : shapes) as Shape | Shape[];

  SHAPES.forEach(([name, args, good, bad]) => {
    it(`${name} with ${JSON.stringify(args)} takes what fits and refuses the rest`, () => {
      const before = tf.memory().numTensors;
      if (good.length > 0) {
        const layer = new CLASSES[name]({...args, ...extra(name)});
        layer.build(shapeOf(good));
        assert.isTrue(layer.built);
        tf.dispose(layer.weights.map((weight) => weight.read()));
      }
      for (const [shapes, message] of bad) {
        const layer = new CLASSES[name]({...args, ...extra(name)});
        const said = messageOf(() => layer.build(shapeOf(shapes)));
        assert.match(said, message);
        assert.include(said, name);
      }
      assert.equal(tf.memory().numTensors, before);
    });
  });
});
