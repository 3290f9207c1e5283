/** @file Products of matrices, convolutions and pools as programs: the same as on the cpu backend of tfjs. */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import '../../../src/index.js';
import {anyFloat, floats, fullShapes, integers, plainFloat, property} from '../arbitraries.js';
import {compile} from '../../../src/programs/index.js';
import {expectEntries, expectSame, type Tolerance} from '../compare.js';

const ROUNDS: Tolerance = {relative: 1e-5, scaled: 1e-6};

/** Two batch shapes that broadcast together. */
const batches = fullShapes(0, 3, 3).chain((shape) => {
  const one = fc
    .tuple(fc.integer({min: 0, max: shape.length}), fc.array(fc.boolean(), {minLength: 3, maxLength: 3}))
    .map(([from, ones]) => shape.map((size, axis) => (ones[axis] ? 1 : size)).slice(from));
  return fc.tuple(one, one);
});

const size = fc.integer({min: 1, max: 4});

const matrices = (entry: fc.Arbitrary<number>) =>
  fc
    .tuple(batches, size, size, size, fc.boolean(), fc.boolean())
    .chain(([[batchA, batchB], rows, inner, columns, transposeA, transposeB]) =>
      fc
        .tuple(
          floats([...batchA, ...(transposeA ? [inner, rows] : [rows, inner])], entry),
          floats([...batchB, ...(transposeB ? [columns, inner] : [inner, columns])], entry),
        )
        .map((xs) => [xs, [transposeA, transposeB]] as const),
    );

const EQUATIONS: [string, number[][]][] = [
  [
    'ij,jk->ik',
    [
      [2, 3],
      [3, 4],
    ],
  ],
  [
    'bij,bkj->bik',
    [
      [2, 3, 4],
      [2, 2, 4],
    ],
  ],
  [
    'bi,bi->b',
    [
      [3, 4],
      [3, 4],
    ],
  ],
  ['i,j->ij', [[3], [4]]],
  ['ij->ji', [[2, 3]]],
  ['ij->', [[2, 3]]],
  ['ij->j', [[2, 3]]],
  [
    'bhwc,hkc->bwhk',
    [
      [2, 3, 2, 2],
      [3, 2, 2],
    ],
  ],
];

interface Convolution {
  strides: number | [number, number];
  dilations: number;
  pad: 'same' | 'valid' | number;
}

const convolutionOf: fc.Arbitrary<Convolution> = fc.oneof(
  fc.record({
    strides: fc.oneof(fc.integer({min: 1, max: 3}), fc.tuple(size, size)),
    dilations: fc.constant(1),
    pad: fc.constantFrom<'same' | 'valid' | number>('same', 'valid', 1),
  }),
  fc.record({
    strides: fc.constant(1),
    dilations: fc.integer({min: 1, max: 2}),
    pad: fc.constantFrom<'same' | 'valid'>('same', 'valid'),
  }),
);

const images = fc.tuple(
  fc.integer({min: 1, max: 2}),
  fc.integer({min: 3, max: 6}),
  fc.integer({min: 3, max: 6}),
  fc.integer({min: 1, max: 3}),
);

type Image = tf.Tensor4D;

describe('routines of products', () => {
  before(() => tf.setBackend('cpu'));

  /** The cpu backend mistakes batch axes that are broadcast behind others: operands are broadcast before. */
  const whole = (x: tf.Tensor, other: tf.Tensor) => {
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(
      x.shape.slice(0, -2),
      other.shape.slice(0, -2),
    );
    return tf.broadcastTo(x, [...batch, ...x.shape.slice(-2)]);
  };
  const expectProduct = (a: tf.Tensor, b: tf.Tensor, tA: boolean, tB: boolean, tolerance: Tolerance) => {
    const expected = tf.tidy(() => tf.matMul(whole(a, b), whole(b, a), tA, tB));
    const product = compile((x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, tA, tB), [a, b]);
    expectEntries(product(a, b), expected, [a, b], tolerance);
    expected.dispose();
  };

  it('matMul, transposed and broadcast', () => {
    property(
      matrices(plainFloat),
      ([a, b], [tA, tB]: [boolean, boolean]) => expectProduct(a, b, tA, tB, ROUNDS),
      150,
    );
  });

  it('matMul of special values: zero times infinity is NaN', () => {
    const special = fc.oneof(fc.constantFrom(0, -0, 1, -2), fc.constantFrom(NaN, Infinity, -Infinity));
    property(
      matrices(special),
      ([a, b], [tA, tB]: [boolean, boolean]) => expectProduct(a, b, tA, tB, {}),
      80,
    );
  });

  it('matMul with transpositions of its own operands and results', () => {
    property(
      fc.tuple(floats([2, 3, 4], plainFloat), floats([2, 5, 4], plainFloat)).map((xs) => [xs, null] as const),
      ([a, b]) =>
        expectSame(
          (x, y) => [
            tf.matMul(x, tf.transpose(y, [0, 2, 1])),
            tf.transpose(tf.matMul(y, x, false, true), [0, 2, 1]),
            tf.matMul(tf.transpose(x, [0, 2, 1]), tf.transpose(y, [0, 2, 1]), true, false),
            tf.dot(tf.gather(x, 0), tf.transpose(tf.gather(y, 1))),
          ],
          [a, b],
          ROUNDS,
        ),
    );
  });

  it('dot and outerProduct', () => {
    property(
      fc
        .tuple(floats([3], plainFloat), floats([3], plainFloat), floats([3, 2], plainFloat))
        .map((xs) => [xs, null] as const),
      (xs) =>
        expectSame(
          (a, b, c) => [tf.dot(a, b), tf.dot(a, c), tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D)],
          xs,
          ROUNDS,
        ),
    );
  });

  for (const [equation, shapes] of EQUATIONS) {
    it(`einsum ${equation}`, () => {
      property(
        fc.tuple(...shapes.map((shape) => floats(shape, plainFloat))).map((xs) => [xs, null] as const),
        (xs) => expectSame((...ys) => tf.einsum(equation, ...ys), xs, ROUNDS),
        10,
      );
    });
  }

  for (const activation of ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu', 'prelu'] as const) {
    it(`fused.matMul and fused.conv2d, ${activation}`, () => {
      const drawn = fc
        .tuple(
          ...[[3, 4], [4, 2], [2], [2]].map((shape) => floats(shape, plainFloat)),
          ...[
            [2, 4, 4, 3],
            [2, 2, 3, 2],
          ].map((shape) => floats(shape, plainFloat)),
        )
        .map((xs) => [xs, null] as const);
      property(
        drawn,
        (xs) =>
          expectSame(
            (a, b, bias, weights, x, filter) => {
              const rest = {activation, preluActivationWeights: weights, leakyreluAlpha: 0.3} as const;
              return [
                tf.fused.matMul({a, b, bias, ...rest}),
                tf.fused.matMul({a, b, ...rest}),
                tf.fused.conv2d({
                  x: x as Image,
                  filter: filter as Image,
                  strides: 1,
                  pad: 'same',
                  bias,
                  ...rest,
                }),
                tf.fused.depthwiseConv2d({
                  x: tf.slice(x as Image, [0, 0, 0, 0], [-1, -1, -1, 1]),
                  filter: tf.slice(filter as Image, [0, 0, 0, 0], [-1, -1, 1, -1]),
                  strides: 1,
                  pad: 'valid',
                  bias,
                  ...rest,
                }),
              ];
            },
            xs,
            {...ROUNDS, absolute: 1e-6},
          ),
        10,
      );
    });
  }

  it('conv2d with its gradients, also channels first', () => {
    const drawn = fc
      .tuple(images, fc.tuple(size, size, size), convolutionOf)
      .chain(([image, [height, width, channels], options]) =>
        fc
          .tuple(
            floats(image, plainFloat),
            floats([Math.min(height, 3), Math.min(width, 3), image[3], channels], plainFloat),
          )
          .map((xs) => [xs, options] as const),
      );
    property(
      drawn,
      ([x, filter], {strides, pad, dilations}: Convolution) => {
        const f = (y: tf.Tensor, w: tf.Tensor) =>
          tf.conv2d(y as Image, w as Image, strides, pad, 'NHWC', dilations);
        if (!fits(() => f(x, filter))) return;
        expectSame(f, [x, filter], ROUNDS);
        // tfjs differentiates no dilated convolution.
        if (dilations === 1) expectSame(gradientsOf(f), [x, filter], ROUNDS);
        const first = (y: tf.Tensor, w: tf.Tensor) =>
          tf.conv2d(tf.transpose(y as Image, [0, 3, 1, 2]), w as Image, strides, pad, 'NCHW', dilations);
        expectSame(first, [x, filter], ROUNDS);
        if (dilations === 1) expectSame(gradientsOf(first), [x, filter], ROUNDS);
      },
      60,
    );
  });

  it('depthwiseConv2d, separableConv2d and conv2dTranspose with their gradients', () => {
    const drawn = fc
      .tuple(images, fc.tuple(size, size, fc.integer({min: 1, max: 2})), convolutionOf)
      .chain(([image, [height, width, each], options]) =>
        fc
          .tuple(
            floats(image, plainFloat),
            floats([Math.min(height, 3), Math.min(width, 3), image[3], each], plainFloat),
            floats([1, 1, image[3] * each, 2], plainFloat),
          )
          .map((xs) => [xs, options] as const),
      );
    property(
      drawn,
      ([x, filter, point], {strides, pad, dilations}: Convolution) => {
        const f = (y: tf.Tensor, w: tf.Tensor) =>
          tf.depthwiseConv2d(y as Image, w as Image, strides, pad, 'NHWC', dilations);
        if (!fits(() => f(x, filter))) return;
        expectSame(f, [x, filter], ROUNDS);
        if (dilations === 1) expectSame(gradientsOf(f), [x, filter], ROUNDS);
        if (typeof pad === 'number' || typeof strides !== 'number') return;
        const separable = (y: tf.Tensor, w: tf.Tensor, v: tf.Tensor) =>
          tf.separableConv2d(y as Image, w as Image, v as Image, strides, pad, dilations);
        expectSame(separable, [x, filter, point], ROUNDS);
      },
      40,
    );
    const [x, filter] = [
      tf.randomNormal([2, 3, 3, 2], 0, 1, 'float32', 1),
      tf.randomNormal([2, 2, 4, 2], 0, 1, 'float32', 2),
    ];
    const back = (y: tf.Tensor, w: tf.Tensor) =>
      tf.conv2dTranspose(y as Image, w as Image, [2, 6, 6, 4], 2, 'same');
    expectSame(back, [x, filter], ROUNDS);
    expectSame(gradientsOf(back), [x, filter], ROUNDS);
    tf.dispose([x, filter]);
  });

  it('conv1d and conv3d with their gradients', () => {
    property(
      fc.tuple(
        fc.tuple(
          ...[
            [2, 6, 3],
            [2, 3, 2],
            [1, 3, 4, 3, 2],
            [2, 2, 2, 2, 3],
          ].map((shape) => floats(shape, plainFloat)),
        ),
        fc.record({pad: fc.constantFrom('same', 'valid'), strides: fc.integer({min: 1, max: 2})}),
      ),
      (xs, {pad, strides}: {pad: 'same' | 'valid'; strides: number}) => {
        const flat = (y: tf.Tensor, w: tf.Tensor) =>
          tf.conv1d(y as tf.Tensor3D, w as tf.Tensor3D, strides, pad);
        const deep = (y: tf.Tensor, w: tf.Tensor) =>
          tf.conv3d(y as tf.Tensor5D, w as tf.Tensor5D, strides, pad);
        for (const [f, inputs] of [
          [flat, xs.slice(0, 2)],
          [deep, xs.slice(2)],
        ] as const) {
          expectSame(f, inputs, ROUNDS);
          expectSame(gradientsOf(f), inputs, ROUNDS);
        }
      },
      12,
    );
  });

  for (const [name, pool] of Object.entries({maxPool: tf.maxPool, avgPool: tf.avgPool})) {
    it(`${name} with its gradient, of ties and special values`, () => {
      const entries = fc.oneof(plainFloat, fc.constantFrom(0, 1), ...(name === 'maxPool' ? [anyFloat] : []));
      const drawn = fc
        .tuple(images, fc.tuple(size, size), fc.tuple(size, size), fc.constantFrom('same', 'valid'))
        .chain(([image, window, strides, pad]) =>
          floats(image, entries).map((x) => [[x], {window, strides, pad}] as const),
        );
      property(
        drawn,
        (
          [x],
          {
            window,
            strides,
            pad,
          }: {window: [number, number]; strides: [number, number]; pad: 'same' | 'valid'},
        ) => {
          const f = (y: tf.Tensor) => pool(y as Image, window, strides, pad);
          if (!fits(() => f(x))) return;
          expectSame(f, [x], ROUNDS);
          expectSame(gradientsOf(f), [x], ROUNDS);
        },
        80,
      );
    });
  }

  for (const [name, pool] of Object.entries({maxPool3d: tf.maxPool3d, avgPool3d: tf.avgPool3d})) {
    it(`${name} with its gradient`, () => {
      const drawn = fc
        .tuple(
          floats([1, 4, 3, 5, 2], plainFloat),
          fc.integer({min: 1, max: 3}),
          fc.integer({min: 1, max: 3}),
          fc.constantFrom('same', 'valid'),
        )
        .map(([x, ...more]) => [[x], more] as const);
      property(
        drawn,
        ([x], [window, strides, pad]: [number, number, 'same' | 'valid']) => {
          const f = (y: tf.Tensor) => pool(y as tf.Tensor5D, window, strides, pad);
          expectSame(f, [x], ROUNDS);
          expectSame(gradientsOf(f), [x], ROUNDS);
        },
        20,
      );
    });
  }

  it('batchNorm with and without scale and offset, with its gradients', () => {
    const positive = fc.integer({min: 1, max: 2048}).map((n) => n / 512);
    const drawn = fullShapes(2, 4)
      .chain((shape) => {
        const last = [shape[shape.length - 1]];
        return fc.tuple(
          floats(shape, plainFloat),
          floats(last, plainFloat),
          floats(last, positive),
          floats(last, plainFloat),
          floats(last, plainFloat),
        );
      })
      .map((xs) => [xs, null] as const);
    property(
      drawn,
      (xs) => {
        const f = (x: tf.Tensor, mean: tf.Tensor, variance: tf.Tensor, offset: tf.Tensor, scale: tf.Tensor) =>
          tf.batchNorm(
            x,
            mean as tf.Tensor1D,
            variance as tf.Tensor1D,
            offset as tf.Tensor1D,
            scale as tf.Tensor1D,
          );
        expectSame((...ys) => f(...(ys as Parameters<typeof f>)), xs, ROUNDS);
        expectSame(
          (x, mean, variance) => tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D),
          xs.slice(0, 3),
          ROUNDS,
        );
        expectSame(
          gradientsOf((...ys) => f(...(ys as Parameters<typeof f>))),
          xs,
          {relative: 1e-4, scaled: 1e-5},
        );
      },
      30,
    );
  });

  it('bincount and denseBincount', () => {
    property(
      fc
        .tuple(integers([6], 0, 4), floats([6], plainFloat), integers([2, 3], 0, 4))
        .map((xs) => [xs, null] as const),
      (xs) =>
        expectSame(
          (x, weights, rows) => [
            tf.bincount(x as tf.Tensor1D, weights as tf.Tensor1D, 4),
            tf.bincount(x as tf.Tensor1D, tf.tensor1d([]), 4),
            tf.denseBincount(rows as tf.Tensor2D, tf.tensor2d([], [0, 0]), 4),
            tf.denseBincount(rows as tf.Tensor2D, tf.tensor2d([], [0, 0]), 4, true),
            tf.denseBincount(rows as tf.Tensor2D, tf.reshape(weights, [2, 3]), 4),
          ],
          xs,
          ROUNDS,
        ),
      20,
    );
  });
});

/** Whether tfjs takes these sizes at all. */
function fits(f: () => tf.Tensor): boolean {
  try {
    return tf.tidy(() => f().size > 0);
  } catch {
    return false;
  }
}

/** The gradients of Σ c f in all arguments, for fixed c that differ. */
function gradientsOf(f: (...xs: tf.Tensor[]) => tf.Tensor): (...xs: tf.Tensor[]) => tf.Tensor[] {
  return (...xs) => {
    const loss = (...ys: tf.Tensor[]) => {
      const y = f(...ys);
      const weights = tf.reshape(tf.cos(tf.range(0, y.size)), y.shape);
      return tf.sum(tf.mul(weights, y)) as tf.Scalar;
    };
    return tf.grads(loss)(xs);
  };
}
