import {expect} from 'chai';
import {checkFunction, checkOptions} from '../../src/checks/index.js';

describe('checkOptions', () => {
  const known = ['tolerance', 'maxIterations', 'hasAux', 'samples', 'lower', 'upper'];
  const refuse = (options: object) => () => checkOptions('Solver', options, known);

  it('lets known names and no options at all pass', () => {
    expect(refuse({tolerance: 1, maxIterations: undefined})).not.to.throw();
    expect(() => checkOptions('Solver', undefined, known)).not.to.throw();
    expect(() => checkOptions('Solver', null, known)).not.to.throw();
  });

  for (const [name, meant] of [
    ['tol', 'tolerance'],
    ['maxiter', 'maxIterations'],
    ['max_iter', 'maxIterations'],
    ['has_aux', 'hasAux'],
    ['num_samples', 'samples'],
    ['tolerence', 'tolerance'],
    ['l', 'lower'],
    ['Upper', 'upper'],
  ]) {
    it(`says ${meant} for ${name}`, () => {
      expect(refuse({[name]: 1})).to.throw(
        `Solver: unknown option '${name}'; it takes ${known.join(', ')}. Did you mean '${meant}'?`,
      );
    });
  }

  it('suggests nothing for another word', () => {
    expect(refuse({banana: 1})).to.throw(/unknown option 'banana'; it takes [a-zA-Z, ]+\.$/);
  });

  it('refuses what is no record', () => {
    expect(refuse(1 as unknown as object)).to.throw("Solver: expected a record of options, got number '1'.");
    expect(refuse([])).to.throw('got an array');
  });

  it('says where there are no options', () => {
    expect(() => checkOptions('f', {a: 1}, [])).to.throw("f: unknown option 'a'; it takes none.");
  });
});

describe('checkFunction', () => {
  it('names the argument and what came instead', () => {
    expect(() => checkFunction('GradientDescent', 'fun', Math.sin)).not.to.throw();
    expect(() => checkFunction('GradientDescent', 'fun', {objective: 1})).to.throw(
      'GradientDescent: fun must be a function, got {objective}.',
    );
    expect(() => checkFunction('GradientDescent', 'fun', undefined)).to.throw('got undefined');
  });
});
