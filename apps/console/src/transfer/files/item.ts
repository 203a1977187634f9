/** A cell of CSV; null if it is empty. The cell `""` is an empty text. */
export type Cell = string | null;

/** A record in a file: a line of NDJSON, an element of a JSON array, or a row of CSV. */
export interface Item {
  /** Line of the file at which it starts, counted from 1. */
  line: number;
  /** The text in the file. */
  text: string;
  /** The cells of a row of CSV. */
  cells?: readonly Cell[];
  /** Why it cannot be read. */
  problem?: string;
}

/** Divides a text that arrives in parts into items. */
export interface ItemReader {
  push(text: string): Item[];
  end(): Item[];
}

export type FileKind = 'csv' | 'ndjson' | 'json';
