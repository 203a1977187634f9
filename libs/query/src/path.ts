import { invalid, isJsonObject } from '@haven/kernel';
import type { ErrorCode, JsonObject, JsonValue } from '@haven/kernel';

import { isStorableText } from './code-points.js';

/** Member names from the root of the data downwards. A path goes through objects only, never into an array. */
export type FieldPath = readonly string[];

/** The fields that every record has besides its data; written `$id`, `$version`, `$createdAt`, `$updatedAt`. */
export type SystemField = 'id' | 'version' | 'createdAt' | 'updatedAt';

/** A field that a filter or a sort refers to. */
export type Field = { readonly system: SystemField } | { readonly path: FieldPath };

/** Where a path occurs in the request, and the error code to report if it is invalid. */
export interface FieldUse {
  readonly code: ErrorCode;
  readonly pointer: string;
}

const maxSegments = 16;
const maxCharacters = 1024;
const systemFields = new Map<string, SystemField>([
  ['$id', 'id'],
  ['$version', 'version'],
  ['$createdAt', 'createdAt'],
  ['$updatedAt', 'updatedAt'],
]);
const somewhereInSort: FieldUse = { code: 'SORT_INVALID', pointer: '' };

/** Parses a path or the name of a system field. */
export function parseField(text: string, use: FieldUse = somewhereInSort): Field {
  const system = systemFields.get(text);
  return system ? { system } : { path: joinPath([], text, use) };
}

/**
 * Parses a path into the data: segments separated by `.`, where a backslash escapes the next character (`a\.b`,
 * `\$id`). A path may have at most 16 segments and 1,024 characters; an empty segment and an unescaped leading `$` are
 * refused.
 */
export function parsePath(text: string, use: FieldUse = somewhereInSort): FieldPath {
  if (systemFields.has(text))
    throw invalid(use.code, use.pointer, `"${text}" is a system field; only members of the data can be named here`);
  return joinPath([], text, use);
}

/** Parses a path relative to `parent`. The limits apply to the whole path. */
export function joinPath(parent: FieldPath, text: string, use: FieldUse): FieldPath {
  const refuse = (detail: string) => invalid(use.code, use.pointer, detail);
  const path = [...parent, ...splitUnescaped(text, '.').map((segment) => unescape(segment, refuse))];
  if (path.length > maxSegments) throw refuse(`a path may have at most ${maxSegments} segments`);
  if (path.join('').length > maxCharacters) throw refuse(`a path may have at most ${maxCharacters} characters`);
  return path;
}

/** Prints a path so that `parsePath` can read it, both as a filter key and in a comma-separated list. */
export function printPath(path: FieldPath): string {
  const text = path.map((name) => name.replaceAll(/[\\.,]/g, '\\$&').replace(/^[$_]/, '\\$&')).join('.');
  return text.startsWith('-') ? `\\${text}` : text;
}

/** Prints a field so that `parseField` can read it. */
export function printField(field: Field): string {
  return 'system' in field ? `$${field.system}` : printPath(field.path);
}

/**
 * Returns the value at a path, or undefined if a member is missing or the path goes through something other than an
 * object. The empty path is the given value itself.
 */
export function valueAt(data: JsonValue, path: FieldPath): JsonValue | undefined {
  let value: JsonValue | undefined = data;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Returns a document with another value at these paths, which it has. The given document is not modified. */
export function withValueAt(data: JsonObject, paths: readonly FieldPath[], value: JsonValue): JsonObject {
  return paths.reduce((document, path) => withOneAt(document, path, value), data);
}

function withOneAt(data: JsonObject, [name, ...rest]: FieldPath, value: JsonValue): JsonObject {
  if (name === undefined) return data;
  const inner = data[name];
  return { ...data, [name]: isJsonObject(inner) && rest.length > 0 ? withOneAt(inner, rest, value) : value };
}

/** Splits a text at every unescaped separator. The pieces keep their escapes. */
export function splitUnescaped(text: string, separator: string): string[] {
  const pieces: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '\\') index++;
    else if (text[index] === separator) {
      pieces.push(text.slice(start, index));
      start = index + 1;
    }
  }
  return [...pieces, text.slice(start)];
}

function unescape(segment: string, refuse: (detail: string) => Error): string {
  if (segment === '') throw refuse('the path has an empty segment');
  if (segment.startsWith('$')) {
    const advice = `for a member of that name, write "\\${segment}"`;
    if (systemFields.has(segment)) throw refuse(`"${segment}" is a field of the record, not of its data; ${advice}`);
    throw refuse(`"${segment}" is not a system field (${[...systemFields.keys()].join(', ')}); ${advice}`);
  }
  if (/(?<!\\)\\(\\\\)*$/.test(segment))
    throw refuse('the path ends with a single backslash; write "\\\\" for a literal backslash');
  const name = segment.replaceAll(/\\(.)/gsu, '$1');
  if (!isStorableText(name))
    throw refuse('the path contains U+0000 or a lone surrogate, which no member name can have');
  return name;
}
