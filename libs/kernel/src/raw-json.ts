import type { JsonObject } from './json-value.js';

/**
 * A JSON object kept as text: an answer passes the text on, and only who looks inside parses it, once. `JSON.stringify`
 * takes it for the object it denotes; `printJson` writes the text itself.
 */
export class RawJson {
  private parsed: JsonObject | undefined;

  constructor(readonly text: string) {}

  /** The text of a value that is at hand. */
  static of(value: JsonObject): RawJson {
    const text = new RawJson(JSON.stringify(value));
    text.parsed = value;
    return text;
  }

  get value(): JsonObject {
    return (this.parsed ??= JSON.parse(this.text) as JsonObject); // only texts of objects are kept
  }

  toJSON(): JsonObject {
    return this.value;
  }
}

/** What `JSON.stringify` writes, but with the text of every {@link RawJson} as it is. */
export function printJson(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (value instanceof RawJson) return value.text;
  if (Array.isArray(value)) return `[${value.map(printJson).join(',')}]`;
  if ('toJSON' in value) return JSON.stringify(value);
  let text = '';
  for (const name of Object.keys(value)) {
    const member: unknown = (value as Record<string, unknown>)[name]; // any object may be read by name
    if (member !== undefined) text += `${text === '' ? '' : ','}${quoted(name)}:${printJson(member)}`;
  }
  return `{${text}}`;
}

/** Most strings of an answer are names, ids and times; looking for what must be escaped is quicker than escaping. */
function quoted(text: string): string {
  return text.length < 64 && AS_IT_IS.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Without control characters, quotes, backslashes and surrogates. */
const AS_IT_IS = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
