import { invalid, isJsonObject, limitExceeded, pointerTo } from '@haven/kernel';
import type { HavenError, JsonObject, JsonValue } from '@haven/kernel';

/** One operation of a JSON Patch (RFC 6902). */
export type PatchOperation =
  | { op: 'add' | 'replace' | 'test'; path: string; value: JsonValue }
  | { op: 'remove'; path: string }
  | { op: 'move' | 'copy'; from: string; path: string };

/** How much a JSON Patch may do. */
export interface PatchLimits {
  /** How many operations it may have. */
  operations: number;
  /** How many bytes of JSON may come out, and how many its copies may bring in together, even where later ones go again. */
  resultBytes: number;
}

/**
 * What a JSON Merge Patch (RFC 7396) makes of `target`: null removes a member, an object merges, anything else replaces.
 * Neither argument changes; the result shares the parts that stay with them.
 */
export function mergePatch(target: JsonObject, patch: JsonObject): JsonObject {
  const members = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const old = members.get(name);
    if (value === null) members.delete(name);
    else members.set(name, isJsonObject(value) ? mergePatch(isJsonObject(old) ? old : {}, value) : value);
  }
  return Object.fromEntries(members);
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

/**
 * The JSON Patch that turns `before` into `after`: members by name, elements by position. It holds no value that `after`
 * does not, and wherever replacing a whole value would take fewer bytes, it does that; so it is never much longer than
 * `after`. Takes time linear in both. For paths from `/data`, compare `{ data: before }` with `{ data: after }`.
 */
export function diff(before: JsonValue, after: JsonValue): PatchOperation[] {
  const difference = new Difference();
  difference.compare(before, after, '');
  return difference.operations;
}

type Container = JsonObject | JsonValue[];

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
        if (operation.path === '') throw wrong(path, 'is the whole document, which can not be removed');
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
    if (bytesOf(document, this.resultBytes) > this.resultBytes) throw this.tooLarge('');
    return document;
  }

  private add(path: string, value: JsonValue, at: string): void {
    const [container, token] = this.open(path, at);
    if (!Array.isArray(container)) {
      container[token] = value;
      return;
    }
    const index = token === '-' ? container.length : indexOf(token);
    if (index === undefined || index > container.length) throw wrong(at, 'is no index in the array, nor its end');
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
    if (path.startsWith(`${from}/`)) throw wrong(`${at}/path`, 'is inside the value to be moved');
    this.add(path, this.remove(from, `${at}/from`), `${at}/path`);
  }

  private copy(value: JsonValue, at: string): JsonValue {
    this.copied += bytesOf(value, this.resultBytes);
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
    for (const token of tokensOf(path)) {
      const key = isContainer(value) ? keyIn(value, token) : undefined;
      if (key === undefined) return undefined;
      value = member(value as Container, key); // only a container has a key
    }
    return value;
  }

  /** The container that the path's last token is about, made the draft's own on the way down, and that token. */
  private open(path: string, at: string): [Container, string] {
    const tokens = tokensOf(path);
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

/** Collects the operations that lead from one value to another, and what they cost. */
class Difference {
  readonly operations: PatchOperation[] = [];
  private bytes = 0;

  /** Answers the bytes of `after`. */
  compare(before: JsonValue, after: JsonValue, path: string): number {
    const operations = this.operations.length;
    const bytes = this.bytes;
    if (!isContainer(before) || !isContainer(after) || Array.isArray(before) !== Array.isArray(after)) {
      const size = bytesOf(after);
      if (before !== after) this.push({ op: 'replace', path, value: after }, size);
      return size;
    }
    const size = this.compareMembers(before, after, path);
    if (this.bytes - bytes > costOf(path, size)) {
      this.operations.length = operations;
      this.bytes = bytes;
      this.push({ op: 'replace', path, value: after }, size);
    }
    return size;
  }

  private compareMembers(before: Container, after: Container, path: string): number {
    let size = 2;
    // Backwards, so that removing an element moves none that is still to be removed.
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
        const added = bytesOf(value);
        this.push({ op: 'add', path: inner, value }, added);
        size += added;
      }
    }
    return size;
  }

  private push(operation: PatchOperation, size: number): void {
    this.operations.push(operation);
    this.bytes += costOf(operation.path, size);
  }
}

function readOperations(operations: JsonValue, limit: number): PatchOperation[] {
  if (!Array.isArray(operations)) throw wrong('', 'a JSON Patch is an array of operations');
  if (operations.length > limit) throw limitExceeded('limits.patchOperations', limit, '');
  return operations.map((operation, index) => readOperation(operation, `/${index}`));
}

function readOperation(operation: JsonValue, at: string): PatchOperation {
  if (!isJsonObject(operation)) throw wrong(at, 'must be an object');
  const { op, value } = operation;
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      if (value === undefined) throw wrong(`${at}/value`, 'is missing');
      return { op, path: readPointer(operation, 'path', at), value };
    case 'remove':
      return { op, path: readPointer(operation, 'path', at) };
    case 'move':
    case 'copy':
      return { op, from: readPointer(operation, 'from', at), path: readPointer(operation, 'path', at) };
    default:
      throw wrong(`${at}/op`, 'must be one of add, remove, replace, move, copy, test');
  }
}

function readPointer(operation: JsonObject, name: 'path' | 'from', at: string): string {
  const pointer = operation[name];
  if (typeof pointer !== 'string') throw wrong(`${at}/${name}`, 'must be a JSON Pointer');
  if (pointer !== '' && !pointer.startsWith('/')) throw wrong(`${at}/${name}`, 'must be empty or start with a slash');
  if (/~(?![01])/.test(pointer)) throw wrong(`${at}/${name}`, 'has a ~ that is neither ~0 nor ~1');
  if (tokensOf(pointer).includes('__proto__'))
    throw wrong(`${at}/${name}`, 'has __proto__, which no document may hold');
  return pointer;
}

/** The tokens from the draft's root: the first one is always empty. `~1` goes first, so that `~01` is `~1`, not a slash. */
function tokensOf(pointer: string): string[] {
  const tokens = pointer.split('/');
  return pointer.includes('~') ? tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~')) : tokens;
}

function indexOf(token: string): number | undefined {
  return /^(0|[1-9]\d*)$/.test(token) ? Number(token) : undefined;
}

/** The token, if it names something that is there: an element without a leading zero, or a member of the object's own. */
function keyIn(container: Container, token: string): string | undefined {
  if (Array.isArray(container) && indexOf(token) === undefined) return undefined;
  return Object.hasOwn(container, token) ? token : undefined;
}

function member(container: Container, key: string): JsonValue {
  return (container as JsonObject)[key] as JsonValue; // arrays are read by name too; the caller knows that it is there
}

function put(container: Container, key: string, value: JsonValue): void {
  (container as JsonObject)[key] = value; // arrays are written by name too
}

function isContainer(value: JsonValue | undefined): value is Container {
  return typeof value === 'object' && value !== null;
}

/** Deep equality as RFC 6902 §4.6 has it; not recursive, since patches can nest deeper than any request. */
function isEqual(one: JsonValue, other: JsonValue): boolean {
  const pairs: [JsonValue, JsonValue][] = [[one, other]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    if (!isContainer(a) || !isContainer(b) || Array.isArray(a) !== Array.isArray(b)) return false;
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    for (const key of keys) {
      if (!Object.hasOwn(b, key)) return false;
      pairs.push([member(a, key), member(b, key)]);
    }
  }
  return true;
}

function cloneOf(value: JsonValue): JsonValue {
  const copy: JsonObject = { '': value };
  const open: Container[] = [copy];
  for (let container = open.pop(); container !== undefined; container = open.pop()) {
    for (const key of Object.keys(container)) {
      const child = member(container, key);
      if (!isContainer(child)) continue;
      const own = Array.isArray(child) ? child.slice() : { ...child };
      put(container, key, own);
      open.push(own);
    }
  }
  return member(copy, '');
}

/** The bytes of the value's JSON text; stops counting once there are more than `enough`. */
function bytesOf(value: JsonValue, enough = Infinity): number {
  let bytes = 0;
  const open: JsonValue[] = [value];
  for (let next = open.pop(); next !== undefined && bytes <= enough; next = open.pop()) {
    if (!isContainer(next)) {
      bytes += Buffer.byteLength(JSON.stringify(next));
      continue;
    }
    const values = Object.values(next);
    bytes += 2 + Math.max(values.length - 1, 0);
    for (const value of values) open.push(value);
    if (Array.isArray(next)) continue;
    for (const key of Object.keys(next)) bytes += Buffer.byteLength(JSON.stringify(key)) + 1;
  }
  return bytes;
}

/** About the bytes of an operation. */
function costOf(path: string, size: number): number {
  return 30 + path.length + size;
}

function missing(at: string): HavenError {
  return wrong(at, 'names nothing in the document');
}

function wrong(pointer: string, detail: string): HavenError {
  return invalid('PATCH_INVALID', pointer, detail);
}
