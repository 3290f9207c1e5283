import {assert} from 'chai';
import {readOptions} from '../../examples/support/options.js';

const command = {
  name: 'one',
  full: {epochs: 5, fewSteps: [1, 2], data: 'digits'},
  quick: {epochs: 2, fewSteps: [1], data: 'digits'},
  seeded: true,
};

describe('options of the examples', () => {
  it('the default size, and the figure of the documentation', () => {
    const {size, ...rest} = readOptions(command, [])!;
    assert.deepEqual(size, command.full);
    assert.deepEqual(rest, {quick: false, seed: 1, backend: 'wasm', out: 'docs/images/one.svg'});
  });

  it('--quick has its own size, and no figure', () => {
    const {size, out, quick} = readOptions(command, ['--quick'])!;
    assert.isTrue(quick);
    assert.deepEqual(size, command.quick);
    assert.isUndefined(out);
    assert.equal(readOptions(command, ['--quick', '--out', 'a.svg'])!.out, 'a.svg');
  });

  it('each number, word and list of the size is an option of that type', () => {
    const args = [
      '--epochs',
      '7',
      '--few-steps',
      '3,4,5',
      '--data',
      'mnist',
      '--seed',
      '9',
      '--backend',
      'cpu',
    ];
    const {size, seed, backend} = readOptions(command, args)!;
    assert.deepEqual(size, {epochs: 7, fewSteps: [3, 4, 5], data: 'mnist'});
    assert.equal(seed, 9);
    assert.equal(backend, 'cpu');
    assert.deepEqual(readOptions(command, ['--quick', '--epochs', '3'])!.size, {...command.quick, epochs: 3});
  });

  it('what is not an option, or not a number, is refused', () => {
    assert.throws(() => readOptions(command, ['--steps', '3']), /--steps/);
    assert.throws(() => readOptions(command, ['--epochs', 'many']), /--epochs takes numbers, not 'many'/);
    assert.throws(() => readOptions(command, ['--few-steps', '3,']), /--few-steps takes numbers/);
    assert.throws(() => readOptions({...command, seeded: false}, ['--seed', '3']), /--seed/);
  });
});
