import type { JsonObject } from './json-value.js';
import { readJson } from './read-json.js';

/**
 * A JSON object kept as text. Responses contain the text unchanged; it is parsed only when `value` is read, and only
 * once. `JSON.stringify` serializes the parsed object; `printJson` writes the text itself.
 */
export class RawJson {
  private parsed: JsonObject | undefined;

  constructor(readonly text: string) {}

  /** Serializes a value, and keeps the value as well, so that the text need not be parsed. */
  static of(value: JsonObject): RawJson {
    const text = new RawJson(JSON.stringify(value));
    text.parsed = value;
    return text;
  }

  get value(): JsonObject {
    return (this.parsed ??= readJson(this.text) as JsonObject); // all texts are of objects
  }

  toJSON(): JsonObject {
    return this.value;
  }
}

/** Name of the method of {@link PrintsItself}. */
export const PRINT = Symbol('print as JSON');

/** An object that serializes itself, faster than `printJson` could member by member, and with the same result. */
export interface PrintsItself {
  [PRINT](): string;
}

/** Serializes a value like `JSON.stringify`, but writes the text of every {@link RawJson} unchanged. */
export function printJson(value: unknown): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (value instanceof RawJson) return value.text;
  if (PRINT in value) return (value as PrintsItself)[PRINT](); // only this interface has the symbol
  if (Array.isArray(value)) return printArray(value);
  if ('toJSON' in value) return JSON.stringify(value);
  let text = '';
  for (const name of Object.keys(value)) {
    const member: unknown = (value as Record<string, unknown>)[name]; // any object may be read by name
    if (member !== undefined) text += `${text === '' ? '' : ','}${quote(name)}:${printJson(member)}`;
  }
  return `{${text}}`;
}

/** Concatenates the texts of the elements. `join` would copy them once more. */
function printArray(elements: readonly unknown[]): string {
  let text = '[';
  for (const element of elements) text += `${text === '[' ? '' : ','}${printJson(element)}`;
  return `${text}]`;
}

/**
 * Serializes a string. Most strings in a response are names, ids or times, which need no escaping; testing for that is
 * faster than `JSON.stringify`.
 */
function quote(text: string): string {
  return text.length < 64 && NEEDS_NO_ESCAPES.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Matches strings without control characters, quotes, backslashes and surrogates. */
const NEEDS_NO_ESCAPES = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
