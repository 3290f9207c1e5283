/** @file Every public function and constructor that takes a record refuses an unknown name, and says the nearest right one. */
import * as tf from '@tensorflow/tfjs-core';
import {assert} from 'chai';
import * as library from '../../src/index.js';
import '../helpers/backends.js';
import {messageOf} from '../helpers/expect.js';
import {CALLS, fun, map, residual, x} from './public-calls.js';

const {conditions, linsolve, projections, solvers} = library;

describe('the public face', () => {
  before(async () => {
    await tf.setBackend('cpu');
  });

  for (const [key, call] of Object.entries(CALLS)) {
    it(`${key} refuses a name that nobody reads, and says which was meant`, () => {
      tf.tidy(() => {
        const message = messageOf(() => call({banana: 1} as never));
        assert.match(message, /unknown (option|parameter|entry|input|argument|tag|cone) 'banana'; it takes /);
        const name = /it takes ([^.]*)\./
          .exec(message)![1]
          .split(', ')
          .find((known) => known.length >= 4);
        if (name === undefined || / it takes none\./.test(message)) return;
        const wrong = name.slice(0, 2) + name.slice(1);
        const other = messageOf(() => call({[wrong]: 1} as never));
        assert.include(other, `'${wrong}'`);
        assert.include(other, `Did you mean '${name}'?`);
      });
    });
  }

  for (const [value, shown] of [
    [2, "number '2'"],
    [[2], 'an array'],
    [(v: number) => v, 'a function'],
  ] as const) {
    it(`refuses ${shown} where a record belongs`, () => {
      const quiet =
        /^(conditions\.(gradientOf|stationary|\w+)|losses\.fenchelYoung|solvers\.perturbed(Max|Argmax))#0$/;
      // A penalty's weight and an axis may be given bare.
      const bare = /^(prox\.(?!elasticNet|huber)|sparsemax|projections\.sparsemax).*#1$/;
      for (const [key, call] of Object.entries(CALLS)) {
        if (typeof value === 'function' && quiet.test(key)) continue;
        if (typeof value !== 'function' && bare.test(key)) continue;
        let message: string;
        try {
          tf.tidy(() => void call(value as never));
          message = `nothing was thrown`;
        } catch (error) {
          ({message} = error as Error);
        }
        assert.notEqual(message, 'nothing was thrown', key);
        assert.notMatch(message, /Cannot (read|destructure)|undefined is not|is not iterable/, key);
      }
    });
  }

  it('says how to pass a number by its name', () => {
    tf.tidy(() => {
      assert.equal(
        messageOf(() => projections.l2Ball(x(), 2 as never)),
        "projections.l2Ball: expected a record of parameters, got number '2'. Pass {radius: 2}.",
      );
      assert.include(
        messageOf(() => linsolve.cg(1e-6 as never)),
        'Pass {tolerance: 0.000001}',
      );
    });
  });

  it('says what a problem is, and what came instead', () => {
    for (const [make, message] of [
      [
        () => new solvers.GradientDescent(fun as never),
        'GradientDescent: expected a record of entries, got a function. Pass {fun: …}.',
      ],
      [
        () => new solvers.GradientDescent(undefined as never),
        "GradientDescent: 'fun' is missing (got undefined); it takes fun.",
      ],
      [() => new solvers.LBFGS({fun: 3} as never), "LBFGS: fun must be a function, got number '3'."],
      [() => new solvers.LBFGS({banana: fun} as never), "LBFGS: unknown entry 'banana'; it takes fun."],
      [
        () => new solvers.LBFGS({fun, gradient: map} as never),
        'LBFGS: only one of fun and gradient may be given.',
      ],
      [
        () => new solvers.LBFGS({gradient: 3} as never),
        "LBFGS: gradient must be a function, got number '3'.",
      ],
      [
        () => new solvers.PolyakSGD({gradient: map}),
        'PolyakSGD: its step size is made of the values of fun, so the gradient alone is not enough; take ArmijoSGD.',
      ],
      [
        () => solvers.fromStep({start: map, step: map} as never),
        "fromStep: 'condition' is missing: F with F(x, ...params) = 0",
      ],
      [
        () => solvers.fromStep({start: map, condition: map} as never),
        "fromStep: 'step' is missing; it takes start, step, condition, fixedPoint.",
      ],
      [
        () => solvers.fromStep({start: 3, step: map, condition: map} as never),
        "fromStep: start must be a function, got number '3'.",
      ],
      [
        () => solvers.fromStep({start: map, step: map, condition: 3} as never),
        "fromStep: condition must be a function, got number '3'.",
      ],
      [
        () => solvers.fromStep({start: map, step: map, condition: map, fixedPoint: map} as never),
        'fromStep: only one of condition and fixedPoint may be given.',
      ],
      [() => new solvers.GaussNewton({} as never), "GaussNewton: 'fun' is missing; it takes fun."],
      [() => solvers.perturbedMax({} as never), 'perturbedMax: expected a function, {argmax} or {max}.'],
      [
        () => new solvers.FixedPointIteration(map as never),
        'FixedPointIteration: expected a record of entries, got a function. Pass {fun: …}.',
      ],
      [
        () => conditions.stationary({fun} as never),
        "conditions.stationary: the objective: unknown entry 'fun'; it takes gradient.",
      ],
      [() => library.customRoot({fun} as never), 'customRoot: condition must be a function, got {fun}.'],
      [
        () => library.customRoot(undefined as never),
        'customRoot: condition must be a function, got undefined.',
      ],
      [
        () => library.customRoot(residual)({solve: map} as never),
        'customRoot: the solver must be a function or have a method run, got {solve}.',
      ],
      [() => library.vjp({f: map} as never, [], x()), 'vjp: f must be a function, got {f}.'],
      [() => library.jvp(undefined as never, [], []), 'jvp: f must be a function, got undefined.'],
    ] as [() => unknown, string][]) {
      assert.include(
        tf.tidy(() => messageOf(make)),
        message,
      );
    }
  });

  it('takes options that are undefined or null for none', () => {
    new solvers.GradientDescent({fun}, undefined);
    linsolve.cg(null as never);
    tf.tidy(() => {
      assert.deepEqual(projections.l2Ball(x(), {radius: undefined}).shape, [1, 2]);
    });
  });
});
