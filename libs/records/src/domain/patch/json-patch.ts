import { invalid, limitExceeded } from '@haven/kernel';
import type { HavenError, JsonObject, JsonValue } from '@haven/kernel';

import { jsonSize, cloneOf, isContainer, isEqual, member, put } from './json-tree.js';
import type { Container } from './json-tree.js';
import type { PatchBudget } from './patch-budget.js';
import { indexOf, readOperations, pointerTokens, invalidPatch } from './patch-operation.js';
import type { PatchOperation } from './patch-operation.js';

/** Limits on a JSON Patch. */
export interface PatchLimits {
  /** Maximum number of operations. */
  operations: number;
  /**
   * Maximum size in bytes of JSON. It limits the size of the result. It also limits the total size of all values that
   * `copy` operations copy, even if they are removed again.
   */
  resultBytes: number;
}

/**
 * Applies a JSON Patch (RFC 6902) to `document`, all operations or none. Neither argument is modified; the result
 * shares unchanged parts with them. The pointers in errors refer to `operations`.
 *
 * Throws `PATCH_INVALID` for a malformed operation and for a path that does not exist, `PATCH_TEST_FAILED` if a `test`
 * fails, and `LIMIT_EXCEEDED` if a limit is exceeded. A chain of copies that grows exponentially is therefore stopped
 * at the first copy beyond the limit. Throws `PATCH_TOO_EXPENSIVE` if the work exceeds the budget.
 */
export function jsonPatch(
  document: JsonValue,
  operations: JsonValue,
  limits: PatchLimits,
  budget: PatchBudget,
): JsonValue {
  const draft = new Draft(document, limits.resultBytes, budget);
  readOperations(operations, limits.operations).forEach((operation, index) => draft.apply(operation, `/${index}`));
  return draft.finish();
}

/**
 * A document that is being patched. An object or array of the original is copied before the first change in it, so that
 * the original is not modified.
 */
class Draft {
  /**
   * Contains the document as the member `''`. A pointer is split at its slashes, so its first token is always empty and
   * refers to this member.
   */
  private readonly root: JsonObject;
  private readonly own = new WeakSet<Container>();
  private copied = 0;

  constructor(
    document: JsonValue,
    private readonly resultBytes: number,
    private readonly budget: PatchBudget,
  ) {
    this.root = { '': document };
  }

  apply(operation: PatchOperation, at: string): void {
    const path = `${at}/path`;
    this.budget.follow(operation.path, at);
    if ('from' in operation) this.budget.follow(operation.from, at);
    switch (operation.op) {
      case 'add':
        return this.add(operation.path, operation.value, at);
      case 'remove':
        if (operation.path === '') throw invalidPatch(path, 'is the whole document, which cannot be removed');
        this.remove(operation.path, at);
        return;
      case 'replace':
        return this.replace(operation.path, operation.value, path);
      case 'move':
        return this.move(operation.from, operation.path, at);
      case 'copy':
        return this.add(operation.path, this.copy(this.find(operation.from, `${at}/from`), at), at);
      case 'test':
        if (!this.holds(operation.path, operation.value, at))
          throw invalid('PATCH_TEST_FAILED', at, 'the value differs from that of the test');
    }
  }

  finish(): JsonValue {
    const document = member(this.root, '');
    if (jsonSize(document, this.resultBytes) > this.resultBytes) throw this.tooLarge('');
    return document;
  }

  private add(path: string, value: JsonValue, at: string): void {
    const [container, token] = this.open(path, `${at}/path`);
    if (!Array.isArray(container)) {
      container[token] = value;
      return;
    }
    const index = token === '-' ? container.length : indexOf(token);
    if (index === undefined || index > container.length)
      throw invalidPatch(`${at}/path`, 'must end with an index in the array, its length, or "-"');
    this.budget.shift(container.length - index, at);
    container.splice(index, 0, value);
  }

  private remove(path: string, at: string, name: 'path' | 'from' = 'path'): JsonValue {
    const [container, token] = this.open(path, `${at}/${name}`);
    const key = keyIn(container, token);
    if (key === undefined) throw missing(`${at}/${name}`);
    const removed = member(container, key);
    if (!Array.isArray(container)) {
      delete container[key];
      return removed;
    }
    this.budget.shift(container.length - Number(key), at);
    container.splice(Number(key), 1);
    return removed;
  }

  private replace(path: string, value: JsonValue, at: string): void {
    const [container, token] = this.open(path, at);
    const key = keyIn(container, token);
    if (key === undefined) throw missing(at);
    put(container, key, value);
  }

  private move(from: string, path: string, at: string): void {
    this.find(from, `${at}/from`);
    if (path.startsWith(`${from}/`)) throw invalidPatch(`${at}/path`, 'must not be inside the value that is moved');
    this.add(path, this.remove(from, at, 'from'), at);
  }

  private copy(value: JsonValue, at: string): JsonValue {
    this.copied += jsonSize(value, this.resultBytes, (values) => this.budget.copy(values, at));
    if (this.copied > this.resultBytes) throw this.tooLarge(at);
    return cloneOf(value);
  }

  private holds(path: string, value: JsonValue, at: string): boolean {
    const found = this.seek(path);
    return found !== undefined && isEqual(found, value, (values) => this.budget.compare(values, at));
  }

  private find(path: string, at: string): JsonValue {
    const found = this.seek(path);
    if (found === undefined) throw missing(at);
    return found;
  }

  private seek(path: string): JsonValue | undefined {
    let value: JsonValue = this.root;
    for (const token of pointerTokens(path)) {
      const key = isContainer(value) ? keyIn(value, token) : undefined;
      if (key === undefined) return undefined;
      value = member(value as Container, key); // `keyIn` found a key, so it is a container
    }
    return value;
  }

  /**
   * Returns the object or array that contains the last token of the path as a key, and this token. First copies all
   * objects and arrays on the path that have not been copied yet.
   */
  private open(path: string, at: string): [Container, string] {
    const tokens = pointerTokens(path);
    let container: Container = this.root;
    for (const token of tokens.slice(0, -1)) {
      const key = keyIn(container, token);
      const child = key === undefined ? undefined : member(container, key);
      if (key === undefined || !isContainer(child)) throw missing(at);
      const own = this.ownOf(child);
      put(container, key, own);
      container = own;
    }
    return [container, tokens.at(-1) ?? ''];
  }

  private ownOf(container: Container): Container {
    if (this.own.has(container)) return container;
    const copy = Array.isArray(container) ? container.slice() : { ...container };
    this.own.add(copy);
    return copy;
  }

  private tooLarge(at: string): HavenError {
    return limitExceeded('limits.patchResultBytes', this.resultBytes, at);
  }
}

/**
 * Returns the token if it is the index of an existing element (without a leading zero) or the name of an own member,
 * otherwise undefined.
 */
function keyIn(container: Container, token: string): string | undefined {
  if (Array.isArray(container) && indexOf(token) === undefined) return undefined;
  return Object.hasOwn(container, token) ? token : undefined;
}

function missing(at: string): HavenError {
  return invalidPatch(at, 'does not exist in the document');
}
