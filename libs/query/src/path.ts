import { invalid, isJsonObject } from '@haven/kernel';
import type { ErrorCode, JsonObject, JsonValue } from '@haven/kernel';

import { isStorableText } from './code-points.js';

/** Names of members from the data's root down. A path goes through objects only, never into an array. */
export type FieldPath = readonly string[];

/** The fields every record has beside its data; written `$id`, `$version`, `$createdAt`, `$updatedAt`. */
export type SystemField = 'id' | 'version' | 'createdAt' | 'updatedAt';

/** What a filter tests or a sort goes by. */
export type Field = { readonly system: SystemField } | { readonly path: FieldPath };

/** Where a text stands in the request, and the code under which a mistake in it is reported. */
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

/** Reads a path or the name of a system field. */
export function parseField(text: string, use: FieldUse = somewhereInSort): Field {
  const system = systemFields.get(text);
  return system ? { system } : { path: joinPath([], text, use) };
}

/**
 * Reads a path into the data: segments separated by `.`, where a backslash makes the next character literal (`a\.b`,
 * `\$id`). At most 16 segments and 1,024 characters; an empty segment and an unescaped leading `$` are refused.
 */
export function parsePath(text: string, use: FieldUse = somewhereInSort): FieldPath {
  if (systemFields.has(text)) throw invalid(use.code, use.pointer, `"${text}" is not a member of the data`);
  return joinPath([], text, use);
}

/** Reads a path that starts from `parent`; the limits hold for the whole. */
export function joinPath(parent: FieldPath, text: string, use: FieldUse): FieldPath {
  const refuse = (detail: string) => invalid(use.code, use.pointer, detail);
  const path = [...parent, ...splitUnescaped(text, '.').map((segment) => unescape(segment, refuse))];
  if (path.length > maxSegments) throw refuse(`a path has at most ${maxSegments} segments`);
  if (path.join('').length > maxCharacters) throw refuse(`a path has at most ${maxCharacters} characters`);
  return path;
}

/** Writes a path so that `parsePath` reads it back, in a filter's key and in a comma-separated list alike. */
export function printPath(path: FieldPath): string {
  const text = path.map((name) => name.replaceAll(/[\\.,]/g, '\\$&').replace(/^[$_]/, '\\$&')).join('.');
  return text.startsWith('-') ? `\\${text}` : text;
}

/** Writes a field so that `parseField` reads it back. */
export function printField(field: Field): string {
  return 'system' in field ? `$${field.system}` : printPath(field.path);
}

/** The value at a path, or undefined where a member is missing or the way leads through something other than an object. */
export function valueAt(data: JsonObject, path: FieldPath): JsonValue | undefined {
  let value: JsonValue | undefined = data;
  for (const name of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** Cuts a text at every separator that no backslash precedes; the pieces keep their escapes. */
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
  if (segment === '') throw refuse('a path has no empty segments');
  if (segment.startsWith('$')) {
    const known = [...systemFields.keys()].join(', ');
    throw refuse(`"${segment}" is no system field (${known}); write "\\${segment}" for a member of that name`);
  }
  if (/(?<!\\)\\(\\\\)*$/.test(segment)) throw refuse('a path does not end in a lone backslash');
  const name = segment.replaceAll(/\\(.)/gsu, '$1');
  if (!isStorableText(name)) throw refuse('a path holds neither U+0000 nor a lone surrogate');
  return name;
}
