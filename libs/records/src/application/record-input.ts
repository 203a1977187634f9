import type { HavenConfig } from '@haven/config';
import { invalid, isJsonObject, notFound } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

import type { PatchLimits } from '../domain/patch/json-patch.js';

/** `data` of a request as the document it must be. */
export function document(data: JsonValue | undefined): JsonObject {
  if (!isJsonObject(data)) throw invalid('VALIDATION_FAILED', '/data', 'Must be a JSON object');
  return data;
}

/** The number of a version, as a request names it. */
export function versionNumber(version: JsonValue | undefined): number {
  if (isVersion(version)) return version;
  throw invalid('VALIDATION_FAILED', '/version', 'Must be the number of a version, from 1');
}

/** The number of a version, as an address names it; what is none names no version. */
export function versionAt(version: string | number): number {
  const number = typeof version === 'string' && /^[1-9]\d*$/.test(version) ? Number(version) : version;
  if (isVersion(number)) return number;
  throw notFound('version', String(version));
}

/** What the database's integers hold, less one: the version after it is named as well. */
const MOST_VERSIONS = 2 ** 31 - 2;

function isVersion(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_VERSIONS;
}

/** How much a JSON Patch of a record may do. */
export function patchLimits({ limits }: HavenConfig): PatchLimits {
  return { operations: limits.patchOperations, resultBytes: limits.bodyBytes };
}

/** The patch of `data` in a merge patch of the record as it is read. */
export function dataPatch(patch: JsonValue): JsonObject {
  if (!isJsonObject(patch)) throw invalid('VALIDATION_FAILED', '', 'A merge patch of a record is a JSON object');
  const other = Object.keys(patch).find((member) => member !== 'data');
  if (other !== undefined) throw invalid('PATCH_INVALID', `/${other}`, 'Only data can be changed');
  return document(patch['data']);
}

/** Only `data` is writable: an operation that reads or writes elsewhere is refused before anything is applied. */
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
          'Paths start with /data; nothing else of a record can be changed',
        );
      }
    }
  });
}
