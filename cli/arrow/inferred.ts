/** @file Columns of Arrow for what stood in rows of JSON: numbers, truth values, and text; whatever else there is becomes JSON text. */
import type {Data, DataType, Field, RecordBatch} from 'apache-arrow';
import {rowError} from '../failure.js';
import type {Arrow} from './load.js';

/**
 * @param first The number of the first of these rows.
 * @param fields The columns of earlier rows, whose types these keep.
 * @throws `DataError` with the row that has another type, or a new column.
 */
export function inferred(
  arrow: Arrow,
  rows: Record<string, unknown>[],
  first: number,
  fields: Field[] | null,
): RecordBatch {
  const names = fields ? fields.map(({name}) => name) : [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const types = fields
    ? fields.map(({type}) => type as DataType)
    : names.map((name): DataType => {
        const kinds = new Set(rows.map((row) => typeof (row[name] ?? undefined)));
        kinds.delete('undefined');
        if (kinds.size === 1 && kinds.has('number')) return new arrow.Float64();
        return kinds.size === 1 && kinds.has('boolean') ? new arrow.Bool() : new arrow.Utf8();
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

/** The value of a column; `undefined` if it has another type. */
function asType(value: unknown, arrow: Arrow, type: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (type instanceof arrow.Float64) return typeof value === 'number' ? value : undefined;
  if (type instanceof arrow.Bool) return typeof value === 'boolean' ? value : undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
