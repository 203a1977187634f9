import { invalid, isJsonObject, limitExceeded } from '@haven/kernel';
import type { HavenError, JsonObject, JsonValue } from '@haven/kernel';

/** One operation of a JSON Patch (RFC 6902). */
export type PatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: JsonValue }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; from: string; path: string };

/** Validates the operations of a JSON Patch. Throws `PATCH_INVALID` for a malformed operation. */
export function readOperations(operations: JsonValue, limit: number): PatchOperation[] {
  if (!Array.isArray(operations)) throw invalidPatch('', 'a JSON Patch must be an array of operations');
  if (operations.length > limit) throw limitExceeded('limits.patchOperations', limit, '');
  return operations.map((operation, index) => readOperation(operation, `/${index}`));
}

function readOperation(operation: JsonValue, at: string): PatchOperation {
  if (!isJsonObject(operation)) throw invalidPatch(at, 'must be an object');
  const { op, value } = operation;
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      if (value === undefined) throw invalidPatch(`${at}/value`, 'is missing');
      return { op, path: readPointer(operation, 'path', at), value };
    case 'remove':
      return { op, path: readPointer(operation, 'path', at) };
    case 'move':
    case 'copy':
      return { op, from: readPointer(operation, 'from', at), path: readPointer(operation, 'path', at) };
    default:
      throw invalidPatch(`${at}/op`, 'must be one of add, remove, replace, move, copy, test');
  }
}

function readPointer(operation: JsonObject, name: 'path' | 'from', at: string): string {
  const pointer = operation[name];
  if (typeof pointer !== 'string') throw invalidPatch(`${at}/${name}`, 'must be a JSON Pointer');
  if (pointer !== '' && !pointer.startsWith('/'))
    throw invalidPatch(`${at}/${name}`, 'must be empty or start with a slash');
  if (/~(?![01])/.test(pointer)) throw invalidPatch(`${at}/${name}`, 'contains a "~" that is not followed by 0 or 1');
  if (/\/__proto__(\/|$)/.test(pointer))
    throw invalidPatch(`${at}/${name}`, 'contains __proto__, which no document may contain');
  return pointer;
}

/**
 * Splits a pointer into its tokens. The first token is always empty. `~1` is replaced before `~0`, so that `~01`
 * becomes `~1`.
 */
export function pointerTokens(pointer: string): string[] {
  const tokens = pointer.split('/');
  return pointer.includes('~') ? tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')) : tokens;
}

/** Returns the array index that a token represents, or undefined. Leading zeros are not allowed. */
export function indexOf(token: string): number | undefined {
  return /^(0|[1-9]\d*)$/.test(token) ? Number(token) : undefined;
}

/** Returns the error for a malformed operation, with a pointer into the patch. */
export function invalidPatch(pointer: string, detail: string): HavenError {
  return invalid('PATCH_INVALID', pointer, detail);
}
