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
    expect(refuse({banana: 1})).to.throw(/unknown option 'banana'; it takes [a-zA-Z, ]+\. See /);
  });

  it('refuses what is no record', () => {
    expect(refuse(1 as unknown as object)).to.throw("Solver: expected a record of options, got number '1'.");
    expect(refuse([])).to.throw('got an array');
  });

  it('refuses an instance of a class that brings foreign names, and tells of what class', () => {
    class Settings {
      tolerance = 1;
    }
    class Foreign extends Settings {
      banana = 2;
    }
    expect(refuse(new Settings())).not.to.throw();
    expect(refuse(new Foreign())).to.throw(
      'Solver: expected a record of options, got a Foreign. Pass {tolerance: …}.',
    );
    expect(() => checkOptions('Solver', new Foreign(), known, 'option', ['banana'])).not.to.throw();
    expect(refuse(Object.assign(Object.create(null) as object, {banana: 1}))).to.throw('unknown option');
  });

  it('tells names apart by each letter, also the last', () => {
    const letters = [...'abcdefgh'];
    for (const own of [letters.map((letter) => `row${letter}`), letters.map((letter) => `${letter}row`)]) {
      for (const name of own) {
        expect(() => checkOptions('f', {[name.toUpperCase()]: 1}, own)).to.throw(`Did you mean '${name}'?`);
      }
    }
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
