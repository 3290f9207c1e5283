/** @file Columns of Arrow for what stood in rows of JSON: numbers, lists of them, truth values, and text; whatever else there is becomes JSON text. */
import type {Data, DataType, Field, RecordBatch} from 'apache-arrow';
import {rowError} from '../failure.js';
import {widthOf, type Chunk} from '../table.js';
import type {Arrow} from './load.js';

/**
 * @param chunk Rows. The lists that were read as numbers, as long in all rows, get a fixed size.
 * @param fields The columns of earlier rows, whose types these keep.
 * @throws `DataError` with the row that has another type, or a new column.
 */
export function inferred(
  arrow: Arrow,
  rows: Record<string, unknown>[],
  {first, columns: read}: Chunk,
  fields: Field[] | null,
): RecordBatch {
  const names = fields ? fields.map(({name}) => name) : [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const types = fields
    ? fields.map(({type}) => type as DataType)
    : names.map((name) => {
        const dims = read.get(name)?.dims ?? [];
        if (dims.length > 0) return new arrow.FixedSizeList(widthOf(dims), numbersIn(arrow));
        return typeOf(
          arrow,
          rows.map((row) => row[name] ?? null).filter((value) => value !== null),
        );
      });
  rows.forEach((row, i) => {
    const added = Object.keys(row).find((name) => !names.includes(name));
    if (added !== undefined)
      throw rowError(first + i, `has a column ${added}, which the rows before do not have.`);
  });
  const columns = names.map((name, i) => {
    const values = rows.map((row, at) => {
      const value = asType(row[name], arrow, types[i]);
      if (value === undefined)
        throw rowError(
          first + at,
          `${name} is ${JSON.stringify(row[name])}; the rows before hold ${arrow.Type[types[i].typeId]}.`,
        );
      return value;
    });
    return arrow.vectorFromArray(values, types[i]).data[0] as Data;
  });
  const schema = new arrow.Schema(fields ?? names.map((name, i) => new arrow.Field(name, types[i], true)));
  const type = new arrow.Struct(schema.fields);
  return new arrow.RecordBatch(
    schema,
    arrow.makeData({type, length: rows.length, nullCount: 0, children: columns}),
  );
}

const numbersIn = (arrow: Arrow) => new arrow.Field('item', new arrow.Float64(), true);

/** The type for some values. */
function typeOf(arrow: Arrow, values: unknown[]): DataType {
  const are = (kind: string) => values.length > 0 && values.every((value) => typeof value === kind);
  if (are('number')) return new arrow.Float64();
  if (are('boolean')) return new arrow.Bool();
  // Empty lists alone may become lists of anything.
  const areLists = values.every(isListOfNumbers) && values.some((list) => (list as unknown[]).length > 0);
  return areLists ? new arrow.List(numbersIn(arrow)) : new arrow.Utf8();
}

const isListOfNumbers = (value: unknown): boolean =>
  Array.isArray(value) && value.every((entry) => entry === null || typeof entry === 'number');

/** The value of a column; `undefined` if it has another type. */
function asType(value: unknown, arrow: Arrow, type: DataType): unknown {
  if (value === undefined || value === null) return null;
  if (type instanceof arrow.Float64) return typeof value === 'number' ? value : undefined;
  if (type instanceof arrow.Bool) return typeof value === 'boolean' ? value : undefined;
  if (type instanceof arrow.List) return isListOfNumbers(value) ? value : undefined;
  // Row by row; JSON has infinities as texts.
  if (type instanceof arrow.FixedSizeList) return (value as unknown[]).flat(Infinity).map(Number);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
