import type { CollectionSnapshot } from '@haven/collections';
import { HavenError, invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { indexName, parseField, printMember, splitUnescaped, valueAt } from '@haven/query';
import type { FieldPath, IndexDefinition } from '@haven/query';

import type { ValueConflict } from '../domain/duplicate-values.js';

/** Returns the paths of the members of a unique index. It cannot have system fields. */
export function memberPaths({ members }: IndexDefinition): FieldPath[] {
  return members.flatMap(({ field }) => ('path' in field ? [field.path] : []));
}

/**
 * Returns the unique index with this name, which stands at `pointer` in the request. Throws `VALIDATION_FAILED` if it
 * is not unique. If the collection has no such index, throws `NOT_FOUND` or, if the name is only an option of the
 * request, `VALIDATION_FAILED`. The index may still be building: the declaration itself has written the values of all
 * records.
 */
export function requireUniqueIndex(
  { name: collection, indexes }: Pick<CollectionSnapshot, 'name' | 'indexes'>,
  name: string,
  { pointer, isOption }: { pointer: string; isOption?: boolean },
): IndexDefinition {
  const canonical = canonicalName(name);
  const named = indexes.filter((index) => indexName(index) === canonical);
  const index = named.find(({ unique }) => unique) ?? named[0];
  if (!index) {
    const missing = `The collection ${JSON.stringify(collection)} has no index ${JSON.stringify(name)}.`;
    const detail = `${missing} An index is named by its paths, joined by commas.`;
    throw isOption ? invalid('VALIDATION_FAILED', pointer, detail) : new HavenError('NOT_FOUND', detail);
  }
  if (!index.unique)
    throw invalid('VALIDATION_FAILED', pointer, `must name a unique index; "${canonical}" is not unique`);
  return index;
}

/** Returns a document with these values at the paths of the index; undefined stands for a missing member. */
export function documentOf(index: IndexDefinition, values: readonly (JsonValue | undefined)[]): JsonObject {
  const document: JsonObject = {};
  memberPaths(index).forEach((path, position) => {
    const value = values[position];
    if (value !== undefined) setMissing(document, path, value);
  });
  return document;
}

/** Returns the values that a document has at the paths of the index. */
export function valuesIn(index: IndexDefinition, data: JsonObject): (JsonValue | undefined)[] {
  return memberPaths(index).map((path) => valueAt(data, path));
}

/** Returns a copy of the document that has these values where it has no member at a path of the index. */
export function withMissingValues(index: IndexDefinition, data: JsonObject, values: readonly JsonValue[]): JsonObject {
  const filled = structuredClone(data);
  memberPaths(index).forEach((path, position) => {
    const value = values[position];
    if (value === undefined || valueAt(filled, path) !== undefined) return;
    if (!setMissing(filled, path, value)) {
      throw invalid('VALIDATION_FAILED', pointerOf(path), 'must be equal to the value in the URL, or be left out');
    }
  });
  return filled;
}

/** Returns the JSON Pointer to the first member of the index in a request's `data`. */
export function pointerToMember(index: IndexDefinition): string {
  return pointerOf(memberPaths(index)[0] ?? []);
}

/**
 * Returns the error for a value that another record holds. `mayRead` is whether the caller may know which one.
 */
export function uniqueViolation(
  indexes: readonly IndexDefinition[],
  { indexId, holder }: ValueConflict,
  mayRead: boolean,
): HavenError {
  const index = indexes.find(({ id }) => id === indexId);
  if (!index) throw new Error('A value is in an index that the collection does not have.');
  const name = indexName(index);
  const by = mayRead ? `the record ${holder}` : 'another record';
  const detail =
    index.members.length === 1
      ? `The value of "${name}" must be unique; ${by} has the same.`
      : `The values of "${name}" together must be unique; ${by} has the same.`;
  const pointer = pointerToMember(index);
  return new HavenError('UNIQUE_VIOLATION', `${pointer}: ${detail}`, {
    uniqueIndex: name,
    ...(mayRead && { holder }),
    errors: [{ code: 'UNIQUE_VIOLATION', detail, pointer }],
  });
}

function canonicalName(name: string): string {
  try {
    return splitUnescaped(name, ',')
      .map((item) => {
        const isDescending = item.startsWith('-');
        const field = parseField(isDescending ? item.slice(1) : item);
        return printMember({ field, direction: isDescending ? 'descending' : 'ascending' });
      })
      .join(',');
  } catch (error) {
    if (error instanceof HavenError) return name; // not a path, so no index has this name
    throw error;
  }
}

/** Sets a member that is missing, with the objects that contain it. Returns whether that is possible. */
function setMissing(document: JsonObject, path: FieldPath, value: JsonValue): boolean {
  let parent = document;
  for (const name of path.slice(0, -1)) {
    if (!Object.hasOwn(parent, name)) define(parent, name, {});
    const next = parent[name];
    if (!isJsonObject(next)) return false;
    parent = next;
  }
  const last = path.at(-1);
  if (last === undefined || Object.hasOwn(parent, last)) return false;
  define(parent, last, value);
  return true;
}

/** Adds a member with any name, including `__proto__`. */
function define(object: JsonObject, name: string, value: JsonValue): void {
  Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
}

function pointerOf(path: FieldPath): string {
  return path.reduce(pointerTo, '/data');
}
