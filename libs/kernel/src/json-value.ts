/** Any JSON value (RFC 8259), as `JSON.parse` gives it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** A JSON object; never has a member named `__proto__`. */
export interface JsonObject {
  [member: string]: JsonValue;
}

/** Whether a JSON value is an object (neither an array nor null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** How much a JSON value may hold, whichever way it comes in. */
export interface JsonLimits {
  /** How deep arrays and objects may nest: `[]` has depth 1, `1` has depth 0. */
  depth: number;
  /** How many members all the objects in the value may have together. */
  keys: number;
  /** How long its text may be; what is surely longer is refused by whoever has the value and no text. */
  bytes?: number;
}
