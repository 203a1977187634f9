import { limitExceeded } from './error.js';
import { unsupportedScalarReason, unsupportedTextReason, jsonNotExact, PROTO } from './unsupported-json.js';
import type { JsonLimits, JsonValue } from './json-value.js';
import { pointerTo } from './pointer.js';

/**
 * Makes sure a value that was not read by `parseJson` (a GraphQL argument, the result of a patch) is JSON that can be kept
 * exactly, within the limits; throws as `parseJson` does. What a number lost when it became a double can no longer be
 * seen here: ask `isExactNumber` where the literal is at hand. Never recurses.
 */
export function checkJson(value: unknown, limits: JsonLimits, pointerPrefix = ''): asserts value is JsonValue {
  const open: Opened[] = [];
  const pointer = () => open.reduce((parent, { token }) => pointerTo(parent, token), pointerPrefix);
  let members = 0;
  let length = 0;
  for (let current = value; ;) {
    if (typeof current === 'object' && current !== null) {
      if (open.length >= limits.depth) throw limitExceeded('limits.jsonDepth', limits.depth, pointer());
      const container = new Opened(current);
      members += container.members;
      length += container.length;
      if (members > limits.keys) throw limitExceeded('limits.jsonKeys', limits.keys, pointer());
      const flaw = container.flaw();
      if (flaw !== undefined) throw jsonNotExact(pointer(), flaw);
      open.push(container);
    } else {
      length += typeof current === 'string' ? current.length + 2 : 1;
      const flaw = unsupportedScalarReason(current);
      if (flaw !== undefined) throw jsonNotExact(pointer(), flaw);
    }
    if (limits.bytes !== undefined && length > limits.bytes) {
      throw limitExceeded('limits.bodyBytes', limits.bytes, pointerPrefix);
    }
    while (open.at(-1)?.done) open.pop();
    const innermost = open.at(-1);
    if (!innermost) return;
    current = innermost.next();
    if (innermost.token === '__proto__') throw jsonNotExact(pointer(), PROTO);
  }
}

/** A container being checked: its names (or none, for an array) and the one it is at. */
class Opened {
  token: string | number = '';
  readonly members: number;
  /** How long its text is at least, without what its members hold: names and punctuation. */
  readonly length: number;
  private readonly names: string[] | undefined;
  private position = 0;

  constructor(private readonly container: object) {
    this.names = Array.isArray(container) ? undefined : Object.keys(container);
    this.members = this.names?.length ?? 0;
    this.length = this.names
      ? this.names.reduce((sum, name) => sum + name.length + 4, 1)
      : 1 + (container as unknown[]).length; // without names it is an array
  }

  get done(): boolean {
    return this.position >= (this.names ?? (this.container as unknown[])).length; // without names it is an array
  }

  next(): unknown {
    const position = this.position++;
    this.token = this.names?.[position] ?? position;
    return (this.container as Record<string | number, unknown>)[this.token]; // any object may be read by name
  }

  flaw(): string | undefined {
    const prototype: unknown = Object.getPrototypeOf(this.container);
    if (this.names && prototype !== Object.prototype && prototype !== null) return 'is not a JSON value';
    const flaw = this.names?.map(unsupportedTextReason).find((found) => found !== undefined);
    return flaw && `has a member whose name ${flaw}`;
  }
}
