import { sha256 } from '@haven/kernel';
import type { JsonObject, JsonValue } from '@haven/kernel';

/**
 * Returns the canonical form of a JSON value (RFC 8785): without spaces, and with members in the order of the UTF-16
 * code units of their names. The value must be one that can be stored: without lone surrogates, and all numbers finite.
 * The package `canonicalize` checks this, and takes four times as long.
 */
export function canonical(value: JsonValue): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value !== 'object' || value === null) return String(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += (text === '' ? '' : ',') + canonical(item);
    return `[${text}]`;
  }
  for (const name of Object.keys(value).sort()) {
    text += `${text === '' ? '' : ','}${quote(name)}:${canonical(value[name] ?? null)}`;
  }
  return `{${text}}`;
}

/** Returns the SHA-256 hash of an object's canonical form. */
export function canonicalHash(value: JsonObject): Buffer {
  return sha256(canonical(value));
}

/** Returns a string in quotes. Testing whether a short string needs escapes is faster than `JSON.stringify`. */
function quote(text: string): string {
  return text.length < 64 && NEEDS_NO_ESCAPES.test(text) ? `"${text}"` : JSON.stringify(text);
}

/** Matches strings without control characters, quotes, backslashes and surrogates. */
const NEEDS_NO_ESCAPES = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;
