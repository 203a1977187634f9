import { parseJson } from '@haven/kernel';
import type { JsonLimits, JsonValue } from '@haven/kernel';

const TAB = 0x09;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * Returns some members of a JSON object of which only the beginning is known: those with one of `names` whose value is
 * complete. Other members are skipped without parsing them, in time linear in the length. The beginning may be
 * malformed; the whole text is checked when it is parsed.
 */
export function leadingMembers(
  start: Buffer,
  names: readonly string[],
  limits: JsonLimits,
): Partial<Record<string, JsonValue>> {
  const found: Record<string, JsonValue> = {};
  let at = skipSpace(start, 0);
  if (start[at] !== OPEN_BRACE) return found;
  do {
    const nameStart = skipSpace(start, at + 1);
    const nameEnd = endOfValue(start, nameStart);
    const colon = skipSpace(start, nameEnd);
    if (start[nameStart] !== QUOTE || start[colon] !== COLON) break;
    const valueStart = skipSpace(start, colon + 1);
    const valueEnd = endOfValue(start, valueStart);
    at = skipSpace(start, valueEnd);
    if (at >= start.length) break; // the value may continue
    const name = parseJson(start.toString('utf8', nameStart, nameEnd), limits);
    if (typeof name !== 'string' || !names.includes(name)) continue;
    found[name] = parseJson(start.toString('utf8', valueStart, valueEnd), limits, `/${name}`);
  } while (start[at] === COMMA);
  return found;
}

function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (let byte = bytes[at]; byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB; byte = bytes[at])
    at++;
  return at;
}

/** Returns the offset after the value that starts at `from`, or the end of the bytes if the value is incomplete. */
function endOfValue(bytes: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = closingQuote(bytes, at);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    else if (depth > 0 || !(byte === COMMA || byte === COLON)) continue;
    else return at;
    if (depth < 0) return at;
    if (depth === 0) return Math.min(at + 1, bytes.length);
  }
  return bytes.length;
}

function closingQuote(bytes: Buffer, opening: number): number {
  for (let at = opening + 1; at < bytes.length; at++) {
    if (bytes[at] === BACKSLASH) at++;
    else if (bytes[at] === QUOTE) return at;
  }
  return bytes.length;
}
