import { invalid, limitExceeded } from '@haven/kernel';
import type { HavenError, JsonObject, JsonValue } from '@haven/kernel';

import { jsonSize, cloneOf, isContainer, isEqual, member, put } from './json-tree.js';
import type { Container } from './json-tree.js';
import { indexOf, readOperations, pointerTokens, invalidPatch } from './patch-operation.js';
import type { PatchOperation } from './patch-operation.js';

/** How much a JSON Patch may do. */
export interface PatchLimits {
  /** How many operations it may have. */
  operations: number;
  /** How many bytes of JSON may come out, and how many its copies may bring in together, even where later ones go again. */
  resultBytes: number;
}

/**
 * What a JSON Patch (RFC 6902) makes of `document`, all or nothing. Neither argument changes; the result shares the
 * parts that stay with them. Pointers of errors lead into `operations`.
 *
 * Throws `PATCH_INVALID` for what is no operation or names a place that is not there, `PATCH_TEST_FAILED` when a `test`
 * does not hold, `LIMIT_EXCEEDED` past the limits: copies that multiply are stopped at the one that goes too far.
 */
export function jsonPatch(document: JsonValue, operations: JsonValue, limits: PatchLimits): JsonValue {
  const draft = new Draft(document, limits.resultBytes);
  readOperations(operations, limits.operations).forEach((operation, index) => draft.apply(operation, `/${index}`));
  return draft.finish();
}

/** A document being patched: containers of the original are copied when something in them changes, once. */
class Draft {
  /** The document is the member `''`, so that the pointers' tokens, the empty first one included, lead to every value. */
  private readonly root: JsonObject;
  private readonly own = new WeakSet<Container>();
  private copied = 0;

  constructor(
    document: JsonValue,
    private readonly resultBytes: number,
  ) {
    this.root = { '': document };
  }

  apply(operation: PatchOperation, at: string): void {
    const path = `${at}/path`;
    switch (operation.op) {
      case 'add':
        return this.add(operation.path, operation.value, path);
      case 'remove':
        if (operation.path === '') throw invalidPatch(path, 'is the whole document, which can not be removed');
        this.remove(operation.path, path);
        return;
      case 'replace':
        return this.replace(operation.path, operation.value, path);
      case 'move':
        return this.move(operation.from, operation.path, at);
      case 'copy':
        return this.add(operation.path, this.copy(this.find(operation.from, `${at}/from`), at), path);
      case 'test':
        if (!this.holds(operation.path, operation.value))
          throw invalid('PATCH_TEST_FAILED', at, 'the test does not hold');
    }
  }

  finish(): JsonValue {
    const document = member(this.root, '');
    if (jsonSize(document, this.resultBytes) > this.resultBytes) throw this.tooLarge('');
    return document;
  }

  private add(path: string, value: JsonValue, at: string): void {
    const [container, token] = this.open(path, at);
    if (!Array.isArray(container)) {
      container[token] = value;
      return;
    }
    const index = token === '-' ? container.length : indexOf(token);
    if (index === undefined || index > container.length)
      throw invalidPatch(at, 'is no index in the array, nor its end');
    container.splice(index, 0, value);
  }

  private remove(path: string, at: string): JsonValue {
    const [container, token] = this.open(path, at);
    const key = keyIn(container, token);
    if (key === undefined) throw missing(at);
    const removed = member(container, key);
    if (Array.isArray(container)) container.splice(Number(key), 1);
    else delete container[key];
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
    if (path.startsWith(`${from}/`)) throw invalidPatch(`${at}/path`, 'is inside the value to be moved');
    this.add(path, this.remove(from, `${at}/from`), `${at}/path`);
  }

  private copy(value: JsonValue, at: string): JsonValue {
    this.copied += jsonSize(value, this.resultBytes);
    if (this.copied > this.resultBytes) throw this.tooLarge(at);
    return cloneOf(value);
  }

  private holds(path: string, value: JsonValue): boolean {
    const found = this.seek(path);
    return found !== undefined && isEqual(found, value);
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
      value = member(value as Container, key); // only a container has a key
    }
    return value;
  }

  /** The container that the path's last token is about, made the draft's own on the way down, and that token. */
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

/** The token, if it names something that is there: an element without a leading zero, or a member of the object's own. */
function keyIn(container: Container, token: string): string | undefined {
  if (Array.isArray(container) && indexOf(token) === undefined) return undefined;
  return Object.hasOwn(container, token) ? token : undefined;
}

function missing(at: string): HavenError {
  return invalidPatch(at, 'names nothing in the document');
}
