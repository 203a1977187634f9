import type { HavenConfig } from '@haven/config';
import { invalid, isJsonObject, notFound } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { PatchLimits } from '../domain/patch/json-patch.js';

/** Checks that the `data` of a request is a JSON object. */
export function document(data: JsonValue | undefined): JsonObject {
  if (!isJsonObject(data)) throw invalid('VALIDATION_FAILED', '/data', 'Must be a JSON object');
  return data;
}

/** Checks a version number in a request body. */
export function versionNumber(version: JsonValue | undefined): number {
  if (isVersion(version)) return version;
  throw invalid('VALIDATION_FAILED', '/version', 'Must be a version number, 1 or greater');
}

/** Parses a version number in a URL or GraphQL argument. Throws `NOT_FOUND` if it is not a version number. */
export function versionAt(version: string | number): number {
  const number = typeof version === 'string' && /^[1-9]\d*$/.test(version) ? Number(version) : version;
  if (isVersion(number)) return number;
  throw notFound('version', String(version));
}

/**
 * Maximum version number: one less than PostgreSQL's largest `integer`, because SQL statements also compute the next
 * version.
 */
const MAX_VERSION = 2 ** 31 - 2;

/** Whether a record can have this version. */
export function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MAX_VERSION;
}

/**
 * Refuses a record that was read elsewhere than at `address`: a client that sends it would overwrite another record. A
 * UUID may be written in upper case.
 */
export function requireSameAddress(
  { collection, id }: { readonly collection: string; readonly id: string },
  given: { readonly collection?: string | null; readonly id?: string | null },
): void {
  if (given.id !== undefined && given.id?.toLowerCase() !== id)
    throw invalid('VALIDATION_FAILED', '/id', `must be the id in the URL, ${id}, or be left out`);
  if (given.collection !== undefined && given.collection !== collection)
    throw invalid(
      'VALIDATION_FAILED',
      '/collection',
      `must be the collection in the URL, ${collection}, or be left out`,
    );
}

/** Returns the limits on a JSON Patch of a record. */
export function patchLimits({ limits }: HavenConfig): PatchLimits {
  return { operations: limits.patchOperations, resultBytes: limits.bodyBytes };
}

/**
 * Returns the member `data` of a JSON Merge Patch. It is the only member that such a patch may change, because the
 * patch applies to the record's representation `{data}`.
 */
export function dataPatch(patch: JsonValue): JsonObject {
  if (!isJsonObject(patch)) throw invalid('VALIDATION_FAILED', '', 'A merge patch of a record must be a JSON object');
  const other = Object.keys(patch).find((member) => member !== 'data');
  if (other !== undefined) throw invalid('PATCH_INVALID', `/${other}`, 'Is not writable; only data can be changed');
  return document(patch['data']);
}

/**
 * Refuses a JSON Patch that contains an operation outside `data`, because only `data` is writable. Called before any
 * operation is applied.
 */
export function refuseForeignPaths(operations: JsonValue): void {
  if (!Array.isArray(operations)) return;
  operations.forEach((operation, index) => {
    if (!isJsonObject(operation)) return;
    for (const member of ['path', 'from']) {
      const pointer = operation[member];
      if (typeof pointer === 'string' && !/^\/data(\/|$)/.test(pointer)) {
        throw invalid(
          'PATCH_INVALID',
          `/${index}/${member}`,
          'Must start with /data; nothing else of a record can be changed',
        );
      }
    }
  });
}
