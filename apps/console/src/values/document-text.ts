import { isObject } from './diff.js';
import { inexactReason, isExact } from './number-text.js';

/** Why a text cannot be read. `isInexact`: it is JSON, but has a number that would be changed. */
interface Unreadable {
  problem: string;
  isInexact?: true;
}

/** A text that was typed as a document: the document, or why it is none. */
export type TypedDocument = { data: Record<string, unknown> } | Unreadable;

/** A text that was typed as JSON: its value, or why it has none. */
export type TypedJson = { value: unknown } | Unreadable;

/** Reads the document of a record. */
export function readDocument(text: string): TypedDocument {
  const read = readJson(text);
  if ('problem' in read) return read;
  return isObject(read.value) ? { data: read.value } : { problem: 'The document must be a JSON object, { … }.' };
}

/** Reads any JSON value. Refuses numbers that would be changed, because they have too many digits. */
export function readJson(text: string): TypedJson {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
  const found = inexactNumberIn(text);
  if (found === undefined) return { value };
  return { problem: `The number ${found} cannot be stored: ${inexactReason(Number(found))}.`, isInexact: true };
}

/** A string or a number of a JSON text. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/** Returns the first number in a JSON text that would be changed. */
function inexactNumberIn(text: string): string | undefined {
  for (const [token] of text.matchAll(TOKEN)) if (!token.startsWith('"') && !isExact(token)) return token;
  return undefined;
}

/** Writes a value as indented JSON. */
export function documentText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
