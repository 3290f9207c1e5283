/** @file The contracts between what reads rows, what solves them and what writes them. */
import type {RecordBatch} from 'apache-arrow';

/** The columns of a quadratic program: min ½ xᵀQx + pᵀx subject to Gx ≤ h, Ax = b, lower ≤ x ≤ upper. */
export const PARTS = ['Q', 'p', 'G', 'h', 'A', 'b', 'lower', 'upper'] as const;

/** One of them. */
export type Part = (typeof PARTS)[number];

/** As many numbers for each row, one row after the other. */
export interface Column {
  values: Float32Array | Int32Array;
  /** The numbers of a row; 0 for one number that is no list. */
  size: number;
  /** The sizes of nested lists: [m, n] or [m * n]; none for one number that is no list. */
  dims: number[];
}

/** How many numbers a row has. */
export const widthOf = (dims: number[]): number => dims.reduce((a, b) => a * b, 1);

/** What holds for all rows, by name. */
export type Shared = Map<Part, Column>;

/** The columns that are no part of a problem, as they came. */
export type Carried = {batch: RecordBatch} | {rows: Record<string, unknown>[]};

/** Consecutive rows. */
export interface Chunk {
  /** The number of the first row, from 0. */
  first: number;
  rows: number;
  /** By name: parts of the problem, and the cotangent. */
  columns: Map<string, Column>;
  carried: Carried;
}

/** What a source is asked for. */
export interface Wanted {
  /** Columns of numbers besides the parts of a problem. */
  numbers: string[];
  /** Whether the parts of a problem are carried through, too. */
  keepProblem: boolean;
  /** The number of rows of a chunk, at most, for a given count of numbers in a row. */
  rowsOf: (sizes: Map<string, number>) => number;
  /** Rows that are passed over. */
  skip: number;
}

/** Rows of a file or stream. */
export interface Source {
  shared: Shared;
  /** Metadata of the schema that belong to no part of a problem. */
  metadata: Map<string, string>;
  /** @throws `DataError` with the row that cannot be read. */
  chunks: (wanted: Wanted) => AsyncGenerator<Chunk>;
  /** What there is, for people: a name and a type a column. */
  describe(): string[];
}

/** Writes chunks. What it returns are the bytes to append. */
export interface Sink {
  /** @param results By name, after the carried columns. */
  write(chunk: Chunk, results: Map<string, Column>): Uint8Array[];
  end(): Uint8Array[];
  /** What is needed to go on after all that was written so far; `null` if that is not possible. */
  state(): unknown;
}

/** The formats by their names in options. */
export const FORMATS = ['arrow', 'stream', 'ndjson'] as const;

/** `arrow` and `stream` are the two formats of Arrow IPC, file and stream. */
export type Format = (typeof FORMATS)[number];
