/**
 * @file What the compiler says under strict flags, of one program because it takes long to read tfjs's declarations: examples and typical
 * programs compile, wrong ones do not, and the table of public functions that take records is complete.
 */
import {readdirSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {assert} from 'chai';
import type ts from 'typescript';
import {CALLS, EXCEPTIONS, REJECTING} from '../checks/public-calls.js';
import {PAGES, writeExample} from '../docs/pages.js';
import {errorsIn, strictProgram} from '../helpers/strict-types.js';
import {PUBLIC, recordParameters} from './record-parameters.js';

const filesIn = (folder: string) =>
  readdirSync(new URL(folder, import.meta.url)).map((name) =>
    fileURLToPath(new URL(folder + name, import.meta.url)),
  );

describe('the compiler', () => {
  const [typical, wrong] = ['programs/', 'wrong/'].map(filesIn);
  let examples: string[];
  let program: ts.Program;

  before(() => {
    examples = PAGES.filter(({isTyped}) => isTyped).flatMap(({name, examples}) =>
      // Other names than those of the suite that runs them.
      examples.map(({code}, i) => writeExample(`types-${name}-${i}`, code)),
    );
    program = strictProgram([PUBLIC, ...examples, ...typical, ...wrong]);
  });

  it('takes the examples of the documentation, without casts that a user would not expect', () => {
    assert.deepEqual(errorsIn(program, examples), []);
  });

  it('takes typical programs as they stand', () => {
    assert.deepEqual(errorsIn(program, typical), []);
  });

  it('refuses wrong programs, each at the line that is wrong', () => {
    assert.deepEqual(errorsIn(program, wrong), []);
  });

  it('knows no public parameter that is a record and has no entry in the table', () => {
    const found = recordParameters(program);
    const missing = found.filter((key) => !(key in CALLS || EXCEPTIONS.includes(key) || REJECTING.test(key)));
    assert.deepEqual(missing, [], 'parameters without an entry');
    const gone = Object.keys(CALLS).filter((key) => !found.includes(key));
    assert.deepEqual(gone, [], 'entries without a parameter');
  });
});
