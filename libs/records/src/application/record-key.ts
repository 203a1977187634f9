import type { CollectionSnapshot } from '@haven/collections';
import type { HavenConfig } from '@haven/config';
import { checkJson, HavenError, invalid, parseJson, rewriteErrors } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';
import { splitUnescaped } from '@haven/query';
import type { FieldPath, IndexDefinition } from '@haven/query';

import { memberPaths, requireUniqueIndex } from './unique-index.js';

/** Names a record by the value that it holds in a unique index: as text in a URL, or as JSON. */
export interface RecordKey {
  readonly collection: string;
  /** Name of the index. */
  readonly index: string;
  readonly value: UrlValue | JsonArgument;
}

/** A value in a URL. It is JSON if the request says so, and otherwise text. */
export interface UrlValue {
  readonly text: string;
  readonly isJson: boolean;
}

/** A value as a GraphQL argument: for an index with several members, a list. */
export interface JsonArgument {
  readonly json: unknown;
}

/** A unique index and the values of its members that identify a record. */
export interface ParsedKey {
  readonly index: IndexDefinition;
  readonly values: readonly JsonValue[];
}

/**
 * Reads a key. Text in a URL is a string, unless the schema allows only numbers and booleans at the path; the values of
 * several members are separated by commas. Throws `VALIDATION_FAILED` if the number of values is not that of the
 * members, or if a value is null, which is not unique.
 */
export function parseKey(key: RecordKey, snapshot: CollectionSnapshot, { limits }: HavenConfig): ParsedKey {
  const index = requireUniqueIndex(snapshot, key.index, { pointer: '/index' });
  const paths = memberPaths(index);
  if (paths.length < index.members.length)
    throw invalid('VALIDATION_FAILED', '/index', 'must not contain system fields to identify records by their values');
  const values = valuesOf(key.value, paths, snapshot, limits);
  if (values.includes(null))
    throw invalid('VALIDATION_FAILED', '/value', 'must not be null; any number of records may have no value');
  return { index, values };
}

/** Returns the key as messages name it. */
export function printKey({ index, value }: RecordKey): string {
  const text = 'text' in value ? value.text : typeof value.json === 'string' ? value.json : JSON.stringify(value.json);
  return `${index}=${text}`;
}

function valuesOf(
  value: RecordKey['value'],
  paths: readonly FieldPath[],
  snapshot: CollectionSnapshot,
  { jsonDepth: depth, jsonKeys: keys, jsonValues: maxValues }: HavenConfig['limits'],
): JsonValue[] {
  const bounds = { depth, keys, values: maxValues };
  const isText = 'text' in value;
  if (isText && !value.isJson) {
    const pieces = paths.length === 1 ? [value.text] : splitUnescaped(value.text, ',').map(unescape);
    requireCount(pieces.length, paths, 'values separated by commas');
    return pieces.map((piece, position) => fromText(piece, paths[position] ?? [], snapshot, bounds));
  }
  const json: unknown = isText ? parsed(value.text, bounds) : value.json;
  checkJson(json, bounds, '/value');
  if (paths.length === 1) return [json];
  if (!Array.isArray(json)) throw invalid('VALIDATION_FAILED', '/value', 'must be a list with a value for each member');
  requireCount(json.length, paths, 'values in the list');
  return json;
}

function requireCount(count: number, paths: readonly FieldPath[], what: string): void {
  if (count === paths.length) return;
  throw invalid('VALIDATION_FAILED', '/value', `must have ${paths.length} ${what}, one for each member; got ${count}`);
}

function fromText(
  text: string,
  path: FieldPath,
  { schema }: CollectionSnapshot,
  limits: Parameters<typeof parseJson>[1],
): JsonValue {
  const types = schema?.typesAt(path);
  const isString = !types || types.size === 0 || [...types].some((type) => !SCALARS.has(type));
  if (!isString) return parsed(text, limits);
  checkJson(text, limits, '/value');
  return text;
}

const SCALARS = new Set(['number', 'integer', 'boolean', 'null']);

/** Parses JSON in a URL; the position in a syntax error has no meaning there. */
function parsed(text: string, limits: Parameters<typeof parseJson>[1]): JsonValue {
  return rewriteErrors(
    () => parseJson(text, limits),
    (error) =>
      error.code === 'MALFORMED_JSON'
        ? invalid('VALIDATION_FAILED', '/value', `must be JSON, such as 12, true or "text"`)
        : new HavenError(error.code, error.detail, {
            ...error.extras,
            errors: error.extras.errors?.map((one) => ({ ...one, pointer: `/value${one.pointer}` })) ?? [],
          }),
  );
}

function unescape(piece: string): string {
  return piece.replaceAll(/\\(.)/gsu, '$1');
}
