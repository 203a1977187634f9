import { limitExceeded } from './error.js';
import { unsupportedScalarReason, unsupportedTextReason, jsonNotExact, PROTO } from './unsupported-json.js';
import type { JsonLimits, JsonValue } from './json-value.js';
import { pointerTo } from './pointer.js';

/**
 * Checks that a value that was not read by `parseJson` (a GraphQL argument, the result of a patch) is JSON that can be
 * stored exactly and is within the limits. Throws the same errors as `parseJson`. A loss of precision that happened
 * when a number became a double cannot be detected here: call `isExactNumber` where the literal is available. Never
 * recurses.
 */
export function checkJson(value: unknown, limits: JsonLimits, pointerPrefix = ''): asserts value is JsonValue {
  const open: Opened[] = [];
  const pointer = () => open.reduce((parent, { token }) => pointerTo(parent, token), pointerPrefix);
  const maxValues = limits.values ?? Infinity;
  let values = 0;
  let members = 0;
  let length = 0;
  for (let current = value; ;) {
    if (++values > maxValues) throw limitExceeded('limits.jsonValues', maxValues, pointer());
    if (typeof current === 'object' && current !== null) {
      if (open.length >= limits.depth) throw limitExceeded('limits.jsonDepth', limits.depth, pointer());
      const container = new Opened(current);
      members += container.members;
      length += container.length;
      if (members > limits.keys) throw limitExceeded('limits.jsonKeys', limits.keys, pointer());
      const reason = container.unsupportedReason();
      if (reason !== undefined) throw jsonNotExact(pointer(), reason);
      open.push(container);
    } else {
      length += typeof current === 'string' ? current.length + 2 : 1;
      const reason = unsupportedScalarReason(current);
      if (reason !== undefined) throw jsonNotExact(pointer(), reason);
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

/** A container being checked: its member names (undefined for an array) and the current position. */
class Opened {
  token: string | number = '';
  readonly members: number;
  /** Minimum length of the container's JSON text, counting names and punctuation but not the values in it. */
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

  unsupportedReason(): string | undefined {
    const prototype: unknown = Object.getPrototypeOf(this.container);
    if (this.names && prototype !== Object.prototype && prototype !== null) return 'is not a JSON value';
    const reason = this.names?.map(unsupportedTextReason).find((found) => found !== undefined);
    return reason && `has a member whose name ${reason}`;
  }
}
