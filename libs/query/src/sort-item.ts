import { invalid, isJsonObject, pointerTo, readJson } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { ValueType } from './index-definition.js';
import { splitUnescaped } from './path.js';

/** A field of a sort that says how strings are compared. `path` is written as in a text; `-` means descending. */
export interface TypedSortField {
  readonly path: string;
  readonly type?: 'dateTime' | null;
  readonly caseless?: boolean;
}

/** A sort as clients write it: a text, or a list of fields. */
export type SortInput = string | readonly (string | TypedSortField)[];

/** One field of a sort, before its path is parsed. */
export interface SortItem {
  readonly text: string;
  readonly as?: ValueType;
  /** JSON Pointer of the field. */
  readonly pointer: string;
}

/** Returns the fields of a sort. Throws `SORT_INVALID` if one is neither a text nor a valid object. */
export function sortItems(sort: SortInput): SortItem[] {
  if (typeof sort === 'string') {
    const json = jsonOf(sort, '');
    return json === undefined ? fieldsIn(sort, '') : listed(json, '');
  }
  return sort.flatMap((item, index) => itemsOf(item as JsonValue, pointerTo('', index)));
}

/** Whether a text is read as JSON rather than as paths. A path that begins like this needs a backslash before it. */
export function looksLikeJson(text: string): boolean {
  return /^(\[\s*["{]|\{\s*")/.test(text);
}

function listed(json: JsonValue, pointer: string): SortItem[] {
  if (!Array.isArray(json)) return itemsOf(json, pointer);
  return json.flatMap((item, index) => itemsOf(item, pointerTo(pointer, index)));
}

function itemsOf(item: JsonValue, pointer: string): SortItem[] {
  if (typeof item === 'string') {
    const json = jsonOf(item, pointer);
    return isJsonObject(json) ? [typedItem(json, pointer)] : fieldsIn(item, pointer);
  }
  if (isJsonObject(item)) return [typedItem(item, pointer)];
  throw invalid('SORT_INVALID', pointer, 'must be a path, or an object such as {"path": "due", "type": "dateTime"}');
}

function fieldsIn(text: string, pointer: string): SortItem[] {
  return splitUnescaped(text, ',').map((field) => ({ text: field, pointer }));
}

function typedItem(item: JsonObject, pointer: string): SortItem {
  const { path, type, caseless, ...others } = item;
  const refuse = (detail: string, name?: string) =>
    invalid('SORT_INVALID', name === undefined ? pointer : pointerTo(pointer, name), detail);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw refuse('is not a member of a sort field; use path, type and caseless', unknown);
  if (typeof path !== 'string') throw refuse('must be a text: the path of the field, with "-" for descending', 'path');
  if (type !== undefined && type !== null && type !== 'dateTime') throw refuse('must be "dateTime" or null', 'type');
  if (caseless !== undefined && typeof caseless !== 'boolean') throw refuse('must be true or false', 'caseless');
  if (type === 'dateTime' && caseless)
    throw refuse('cannot be true beside the type "dateTime": a date-time has no case', 'caseless');
  const as = type === 'dateTime' ? type : caseless ? 'caseless' : undefined;
  return { text: path, pointer, ...(as && { as }) };
}

function jsonOf(text: string, pointer: string): JsonValue | undefined {
  if (!looksLikeJson(text)) return undefined;
  try {
    return readJson(text); // it is JSON
  } catch {
    const advice = `for a field whose name begins with ${text.charAt(0)}, write a backslash before it`;
    throw invalid('SORT_INVALID', pointer, `The sort is not valid JSON; ${advice}`);
  }
}
