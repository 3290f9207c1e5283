/** @file The memory of the host kernels: places that do not overlap, scopes that give back, work that begins again when it is full. */
import {assert} from 'chai';
import {HostMemory, placeOf} from '../../../../src/kernels/twins/host/memory.js';
import {createRowMemory} from '../../../../src/kernels/twins/host/row-memory.js';
import {BINARY} from '../../../../src/kernels/twins/host/binary/rows.js';
import {instantiate} from '../../../../src/kernels/twins/host/module.js';

const FULL = (64 * 65536) / 8;

describe('the memory of the host kernels', () => {
  it('places views apart, aligned, with room behind them, and never at zero', () => {
    const memory = new HostMemory();
    const views = [memory.vector(3), memory.scratch(5), memory.singles(7), memory.indices(1), memory.vector(0), memory.vector(1)]; // prettier-ignore
    let end = 1;
    for (const view of views) {
      assert.isAtLeast(view.byteOffset, end);
      assert.equal(view.byteOffset % 16, 0);
      const isDouble = view instanceof Float64Array;
      end = view.byteOffset + view.byteLength + (isDouble ? 32 : 0);
    }
    assert.deepEqual(views.map(({length}) => length), [3, 5, 7, 1, 0, 1]); // prettier-ignore
    for (const view of views) {
      if (!(view instanceof Float32Array)) assert.equal(placeOf(view), view.byteOffset);
    }
    const part = memory.part(views[0] as Float64Array, 1, 3);
    assert.deepEqual([part.length, placeOf(part)], [2, views[0].byteOffset + 8]);
    assert.equal(memory.part(views[0] as Float64Array, 1).length, 2);
  });

  it('gives a scope’s place to the next one, cleared, and keeps what is kept', () => {
    const memory = new HostMemory();
    const first = memory.scope(() => memory.vector(4).fill(3));
    const second = memory.scope(() => memory.vector(4));
    assert.equal(second.byteOffset, first.byteOffset);
    assert.deepEqual([...second], [0, 0, 0, 0]);
    const kept = memory.keep(() => memory.vector(4));
    assert.equal(kept.byteOffset, first.byteOffset);
    assert.isAbove(memory.scope(() => memory.vector(1)).byteOffset, kept.byteOffset);
    const thrown = () => memory.scope(() => assert.fail(`${memory.vector(9).length}`));
    assert.throws(thrown, '9');
    const inner = memory.scope(() => [
      memory.vector(1),
      memory.scope(() => memory.vector(1)),
      memory.vector(1),
    ]);
    assert.equal(inner[1].byteOffset, inner[2].byteOffset);
  });

  it('begins the outermost work again where it is full, once for each time that more is needed', () => {
    const memory = new HostMemory();
    const runs: number[] = [];
    const found = memory.scope(() => {
      runs.push(memory.memory.buffer.byteLength);
      const own = memory.vector(10).fill(1);
      memory.scope(() => memory.vector(FULL));
      const large = memory.vector(3 * FULL).fill(2);
      return [own.length, large.length];
    });
    assert.deepEqual(found, [10, 3 * FULL]);
    // It doubles at least; a place that was full is not used again.
    assert.equal(runs[0], 8 * FULL);
    assert.isAtLeast(runs[1], 16 * FULL);
    assert.isAtLeast(runs[2], 24 * FULL);
    assert.equal(runs.length, 3);
    // What is left at the end of the memory is used to its end.
    const {byteOffset} = memory.scope(() => memory.scratch(0));
    const size = memory.memory.buffer.byteLength;
    let again = 0;
    memory.scope(() => {
      again++;
      memory.singles((size - byteOffset) / 4);
    });
    assert.equal(again, 1);
    assert.equal(memory.memory.buffer.byteLength, size);
    assert.throws(() => memory.keep(() => memory.scratch(2 ** 33)));
    assert.equal(memory.scope(() => memory.vector(1)).byteOffset, byteOffset);
  });

  it('of rows grows with the places that are asked for', () => {
    const memory = createRowMemory(BINARY)!;
    for (const bytes of [[1, 17, 16], [40_000, 40_000], [8]]) {
      const places = memory.places(...bytes);
      places.forEach((place, i) => {
        assert.isAtLeast(place, i === 0 ? 16 : places[i - 1] + bytes[i - 1]);
        assert.equal(place % 16, 0);
        memory.floats(place, Math.floor(bytes[i] / 4)).fill(i + 1);
      });
      places.forEach((place, i) => {
        for (const value of memory.floats(place, Math.floor(bytes[i] / 4))) assert.equal(value, i + 1);
      });
    }
    const [place] = memory.places(64);
    memory.doubles(place, 1)[0] = Math.PI;
    assert.deepEqual([...memory.indices(place, 2)], [...new Int32Array(Float64Array.of(Math.PI).buffer)]);
    memory.doubles(place, 2)[1] = 0;
    assert.deepEqual([...memory.floats(place + 8, 2)], [0, 0]);
  });

  it('is none where the module does not compile', () => {
    const memory = new WebAssembly.Memory({initial: 1});
    assert.isNull(instantiate('0061', memory));
    assert.isNull(instantiate('0061', memory));
    assert.isNull(createRowMemory('00'));
    const {WebAssembly: wasm} = globalThis;
    try {
      (globalThis as {WebAssembly?: unknown}).WebAssembly = undefined;
      assert.isNull(createRowMemory(BINARY));
    } finally {
      globalThis.WebAssembly = wasm;
    }
  });
});
