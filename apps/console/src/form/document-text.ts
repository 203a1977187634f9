import { isObject } from '../ui/diff.js';
import { isExact } from './number-text.js';

/** A text that was typed as a document: the document, or why it is none. */
export type TypedDocument = { data: Record<string, unknown> } | { problem: string };

/** Reads the document of a record. Refuses numbers that would be changed, because they have too many digits. */
export function readDocument(text: string): TypedDocument {
  const read = readJson(text);
  if ('problem' in read) return read;
  return isObject(read.value) ? { data: read.value } : { problem: 'The document must be a JSON object, { … }.' };
}

/** Reads any JSON value. */
export function readJson(text: string): { value: unknown } | { problem: string } {
  const inexact: string[] = [];
  // Browsers pass the text of the value as the third argument; those that do not read inexact numbers as they can.
  const check = (_: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value === 'number' && context?.source !== undefined && !isExact(context.source, value))
      inexact.push(context.source);
    return value;
  };
  try {
    const value: unknown = JSON.parse(text, check);
    const [first] = inexact;
    if (first !== undefined) return { problem: `The number ${first} has too many digits: it would be changed.` };
    return { value };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

/** Writes a value as indented JSON. */
export function documentText(value: unknown): string {
  return JSON.stringify(value, null, 2);
}
