/** @file What the error for full memories says. */
import {assert} from 'chai';
import {OutOfMemory} from '../../../src/kernels/contracts/out-of-memory.js';

const ADVICE = ' Split the batch or the data into smaller parts, or free what else holds memory.';

describe('the error for full memories', () => {
  const says = (text: string, ...details: [bytes: number, held?: number, limit?: number]) => {
    const error = new OutOfMemory('arrays', ...details);
    assert.equal(error.name, 'OutOfMemory');
    assert.equal(error.message, `arrays need ${text}.${ADVICE}`);
  };

  it('tells what is refused from what the engine does not give', () => {
    says('3 GiB of memory, which the engine does not give', 3 * 2 ** 30);
    says('4 GiB of memory, which the engine does not give', 2 ** 32, 0);
    says('2 KiB of memory, which the engine does not give (it gave 1 bytes)', 2048, 1);
    says('8 GiB of memory, more than the 4 GiB that are possible', 2 ** 33, 2048);
    says('513 bytes of memory, more than the 512 bytes that are possible', 513, 0, 512);
  });

  it('has units for every size', () => {
    const sizes: [number, string][] = [
      [0, '0 bytes'],
      [1, '1 bytes'],
      [1023, '1020 bytes'],
      [1024, '1 KiB'],
      [1.5 * 2 ** 20, '1.5 MiB'],
      [2 ** 40, '1 TiB'],
      [2 ** 55, '32800 TiB'],
    ];
    for (const [bytes, text] of sizes) {
      says(`${text} of memory, which the engine does not give`, bytes, 0, Infinity);
    }
  });
});
