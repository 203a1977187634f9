import { invalid, isJsonObject } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/** `data` of a request as the document it must be. */
export function document(data: JsonValue | undefined): JsonObject {
  if (!isJsonObject(data)) throw invalid('VALIDATION_FAILED', '/data', 'Must be a JSON object');
  return data;
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
