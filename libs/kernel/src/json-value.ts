/** Any JSON value (RFC 8259), as `JSON.parse` returns it. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** A JSON object; never has a member named `__proto__`. */
export interface JsonObject {
  [member: string]: JsonValue;
}

/** Whether a JSON value is an object (neither an array nor null). */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Limits on JSON values from clients, for both APIs. */
export interface JsonLimits {
  /** Maximum nesting depth of arrays and objects: `[]` has depth 1, `1` has depth 0. */
  depth: number;
  /** Maximum number of members in all objects of the value together. */
  keys: number;
  /** Maximum number of all values together: scalars, arrays and objects, including the outermost one. */
  values?: number;
  /**
   * Maximum length of the JSON text. `checkJson` does not have the text, so it rejects only values whose text would
   * certainly be longer.
   */
  bytes?: number;
}
