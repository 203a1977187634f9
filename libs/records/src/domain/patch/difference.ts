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
  const difference = new PatchBuilder();
  difference.compare(before, after, '');
  return difference.operations;
}

/** Collects the operations that turn one value into another, and estimates their size. */
class PatchBuilder {
  readonly operations: PatchOperation[] = [];
  private bytes = 0;

  /** Adds the operations for one value. Returns the size of `after` in bytes. */
  compare(before: JsonValue, after: JsonValue, path: string): number {
    const operations = this.operations.length;
    const bytes = this.bytes;
    if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
      const size = jsonSize(after);
      if (before !== after) this.push({ op: 'replace', path, value: after }, size);
      return size;
    }
    const size = this.compareMembers(before, after, path);
    if (this.bytes - bytes > patchOperationSize(path, size)) {
      this.operations.length = operations;
      this.bytes = bytes;
      this.push({ op: 'replace', path, value: after }, size);
    }
    return size;
  }

  private compareMembers(before: Container, after: Container, path: string): number {
    let size = 2;
    // Remove elements from the end, so that no removal shifts an element that is still to be removed.
    for (const key of Object.keys(before).reverse()) {
      if (!Object.hasOwn(after, key)) this.push({ op: 'remove', path: pointerTo(path, key) }, 0);
    }
    for (const key of Object.keys(after)) {
      const value = member(after, key);
      const inner = pointerTo(path, key);
      size += Array.isArray(after) ? 1 : key.length + 4;
      if (Object.hasOwn(before, key)) {
        size += this.compare(member(before, key), value, inner);
      } else {
        const added = jsonSize(value);
        this.push({ op: 'add', path: inner, value }, added);
        size += added;
      }
    }
    return size;
  }

  private push(operation: PatchOperation, size: number): void {
    this.operations.push(operation);
    this.bytes += patchOperationSize(operation.path, size);
  }
}

/** Approximate size of an operation, in bytes. */
function patchOperationSize(path: string, size: number): number {
  return 30 + path.length + size;
}
