import { pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import { jsonSize, isContainer, member } from './json-tree.js';
import type { Container } from './json-tree.js';
import type { PatchOperation } from './patch-operation.js';

/**
 * Returns a JSON Patch that turns `before` into `after`. Members are compared by name, elements by position. The patch
 * contains only values from `after`, and replaces a whole value wherever that takes fewer bytes, so it is never much
 * longer than `after`. Takes time linear in the size of both. For paths that start with `/data`, compare `{ data:
 * before }` with `{ data: after }`.
 */
export function diff(before: JsonValue, after: JsonValue): PatchOperation[] {
  const difference = new PatchBuilder(patchOperationSize('', jsonSize(after)));
  difference.compare(before, after, '');
  return difference.operations;
}

/** Collects the operations that turn one value into another, and estimates their size. */
class PatchBuilder {
  readonly operations: PatchOperation[] = [];
  private bytes = 0;

  /** @param wholeSize Size of the operation that replaces the whole document. No patch of a part may be longer. */
  constructor(private readonly wholeSize: number) {}

  /** Adds the operations for one value. Returns the size of `after` in bytes. */
  compare(before: JsonValue, after: JsonValue, path: string): number {
    const operations = this.operations.length;
    const bytes = this.bytes;
    if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
      const size = jsonSize(after);
      if (before !== after) this.push({ op: 'replace', path, value: after }, size);
      return size;
    }
    const compared = this.compareMembers(before, after, path);
    const size = compared ?? jsonSize(after);
    if (compared === undefined || this.bytes - bytes > patchOperationSize(path, size)) {
      this.operations.length = operations;
      this.bytes = bytes;
      this.push({ op: 'replace', path, value: after }, size);
    }
    return size;
  }

  /**
   * Adds the operations for the members of a container. Returns the size of `after` in bytes, or undefined as soon as
   * the operations are longer than the document: there can be one for each of hundreds of thousands of elements.
   */
  private compareMembers(before: Container, after: Container, path: string): number | undefined {
    const limit = this.bytes + this.wholeSize;
    let size = 2;
    // Remove elements from the end, so that no removal shifts an element that is still to be removed.
    for (const key of removedKeys(before, after)) {
      this.push({ op: 'remove', path: pointerTo(path, key) }, 0);
      if (this.bytes > limit) return undefined;
    }
    const names = Array.isArray(after) ? undefined : Object.keys(after);
    const length = names?.length ?? (after as JsonValue[]).length; // without names it is an array
    for (let index = 0; index < length; index++) {
      const key = names?.[index] ?? index;
      const value = member(after, key);
      size += typeof key === 'number' ? 1 : key.length + 4;
      if (!Object.hasOwn(before, key)) {
        const added = jsonSize(value);
        this.push({ op: 'add', path: pointerTo(path, key), value }, added);
        size += added;
      } else if (member(before, key) === value) size += jsonSize(value);
      else size += this.compare(member(before, key), value, pointerTo(path, key));
      if (this.bytes > limit) return undefined;
    }
    return size;
  }

  private push(operation: PatchOperation, size: number): void {
    this.operations.push(operation);
    this.bytes += patchOperationSize(operation.path, size);
  }
}

/** Returns the keys that only `before` has, the last one first. */
function removedKeys(before: Container, after: Container): Iterable<string | number> {
  if (!Array.isArray(before))
    return Object.keys(before)
      .filter((key) => !Object.hasOwn(after, key))
      .reverse();
  const { length } = after as JsonValue[]; // both are arrays
  return before.length > length ? indexesFrom(before.length, length) : [];
}

function* indexesFrom(end: number, start: number): Generator<number> {
  for (let index = end - 1; index >= start; index--) yield index;
}

/** Approximate size of an operation, in bytes. */
function patchOperationSize(path: string, size: number): number {
  return 30 + path.length + size;
}
