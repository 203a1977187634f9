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
