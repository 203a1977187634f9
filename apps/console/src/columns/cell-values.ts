import { readJson } from '../values/document-text.js';
import type { TypedJson } from '../values/document-text.js';
import { readNumber } from '../values/number-text.js';
import { jsonOf } from '../values/parse-json.js';
import type { Column, ColumnType } from './columns.js';

/** A text that is not a value of its column. */
export class InvalidValue extends Error {}

/** Returns the value that a text means in a column. Throws `InvalidValue` if the text is none. */
export function parseValue(text: string, { type, isDeclared, choices }: ColumnLike): unknown {
  if (type === 'number') {
    const typed = readNumber(text, false);
    if ('number' in typed) return typed.number;
    if (isDeclared || typed.isInexact) throw new InvalidValue(typed.problem);
    return text;
  }
  if (type === 'choice') return choices?.find((choice) => printValue(choice) === text) ?? text;
  if (type !== 'boolean' && type !== 'json' && type !== 'any') return text;
  const read = readJson(text);
  if ('value' in read) return read.value;
  if (read.isInexact) throw new InvalidValue(read.problem);
  if (type === 'any') return text;
  throw new InvalidValue('This is not JSON. Write a text in quotes.');
}

/** Types that have no empty text among their values. */
const NEVER_EMPTY: ReadonlySet<ColumnType> = new Set(['number', 'date', 'dateTime', 'reference']);

/**
 * Returns the value of a cell after its text was edited. Undefined removes the member: the user has emptied a cell of a
 * type that has no empty text. Throws `InvalidValue` if the text is no value.
 */
export function parseCell(text: string, column: ColumnLike & Pick<Column, 'isRequired'>): unknown {
  if (text.trim() === '' && !column.isRequired && NEVER_EMPTY.has(column.type)) return undefined;
  return parseValue(text, column);
}

type ColumnLike = Pick<Column, 'type' | 'isDeclared' | 'choices'>;

/** Returns the text of a value in a field of the builder: a string as it is, everything else as JSON. */
export function printValue(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Returns the text of a value so that `parseValue` returns the value again. */
export function printFor(value: unknown, { type }: Pick<Column, 'type'>): string {
  const isAmbiguous = typeof value === 'string' && (type === 'json' || (type === 'any' && jsonOf(value) !== undefined));
  return isAmbiguous ? JSON.stringify(value) : printValue(value);
}

/** Reads a list of values: a JSON array, or values that are separated by commas. */
export function parseList(text: string, column: ColumnLike): unknown[] {
  const read: TypedJson = text.trim().startsWith('[') ? readJson(text) : { value: undefined };
  if ('problem' in read && read.isInexact) throw new InvalidValue(read.problem);
  if ('value' in read && Array.isArray(read.value)) return read.value;
  if (text.trim() === '') return [];
  return text.split(',').map((item) => parseValue(item.trim(), column));
}

/** Returns the text of a list so that `parseList` returns the list again. */
export function printList(values: readonly unknown[], column: ColumnLike): string {
  const texts = values.map((value) => printFor(value, column));
  const isPlain = texts.every((text) => text !== '' && text.trim() === text && !/[,[]/.test(text));
  return isPlain ? texts.join(', ') : JSON.stringify(values);
}
