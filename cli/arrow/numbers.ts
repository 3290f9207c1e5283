/** @file Numbers of an Arrow column: lists of the same length, nested or not, of any type of number. */
import type {Data, RecordBatch} from 'apache-arrow';
import {rowError} from '../failure.js';
import type {Column} from '../table.js';
import type {Arrow} from './load.js';

/**
 * A column of a batch.
 *
 * @param first The number of the batch's first row.
 * @returns `null` if there is no such column.
 * @throws `DataError` with the row that has no value, or another length than the first.
 */
export function numbersOf(arrow: Arrow, batch: RecordBatch, name: string, first: number): Column | null {
  const at = batch.schema.fields.findIndex((field) => field.name === name);
  if (at < 0) return null;
  const dims: number[] = [];
  const rows = batch.numRows;
  let data: Data = batch.data.children[at];
  if (data.length !== rows)
    throw rowError(first, `${name} is malformed: ${data.length} of ${rows} rows are there.`);
  let [from, count] = [0, rows];
  for (;;) {
    const each = rows > 0 ? count / rows : 1;
    const rowOf = (index: number) => first + Math.floor((index - from) / each);
    const empty = firstNull(data, from, count);
    if (empty >= 0) throw rowError(rowOf(empty), `${name} has no value (null).`);
    if (arrow.DataType.isFixedSizeList(data.type)) {
      const {listSize} = data.type;
      dims.push(listSize);
      [from, count] = [from * listSize, count * listSize];
    } else if (arrow.DataType.isList(data.type) || arrow.DataType.isLargeList(data.type)) {
      const offsets = data.valueOffsets as unknown as Int32Array | BigInt64Array;
      const start = (index: number) => Number(offsets[index]);
      const size = count > 0 ? start(from + 1) - start(from) : 0;
      for (let i = from; i < from + count; i++) {
        const length = start(i + 1) - start(i);
        if (length !== size)
          throw rowError(
            rowOf(i),
            `${name} has a list of ${length} entries; that of row ${first} has ${size}.`,
          );
      }
      dims.push(size);
      [from, count] = [count > 0 ? start(from) : 0, count * size];
    } else break;
    const child = (data.children as (Data | undefined)[])[0];
    if (!child || child.length < from + count)
      throw rowError(
        first,
        `${name} is malformed: ${child?.length ?? 0} of ${from + count} numbers are there.`,
      );
    data = child;
  }
  return {
    values: asFloats(arrow, data, name, {first, from, count}),
    size: dims.length > 0 ? dims.reduce((a, b) => a * b) : 0,
    dims,
  };
}

/** The index of the first entry without a value; −1 if there is none. */
function firstNull(data: Data, from: number, count: number): number {
  if (data.nullCount <= 0) return -1;
  for (let i = from; i < from + count; i++) if (!data.getValid(i)) return i;
  return -1;
}

function asFloats(
  arrow: Arrow,
  data: Data,
  name: string,
  {first, from, count}: {first: number; from: number; count: number},
): Float32Array {
  const {DataType: types} = arrow;
  const isNumber = types.isFloat(data.type) || types.isInt(data.type);
  if (!isNumber) throw rowError(first, `${name} must hold lists of numbers, not ${arrow.Type[data.typeId]}.`);
  // Half floats are bits, which a vector reads.
  const isHalf = types.isFloat(data.type) && data.type.precision === arrow.Precision.HALF;
  if (isHalf)
    return Float32Array.from(new arrow.Vector([data]).slice(from, from + count) as Iterable<number>);
  const values = (data.values as Float32Array | Float64Array | BigInt64Array | BigUint64Array).subarray(
    from,
    from + count,
  );
  if (values instanceof Float32Array) return values;
  return values instanceof BigInt64Array || values instanceof BigUint64Array
    ? Float32Array.from(values as BigInt64Array, Number)
    : new Float32Array(values);
}
