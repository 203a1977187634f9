import type { JsonValue } from './json-value.js';

/**
 * Parses a JSON text that is known to be valid and exact, such as a stored document. Equal to `JSON.parse`, except that
 * it always reads the names of members correctly. V8 compares the text of a name with the names of objects that it has
 * parsed before, without regard to escapes: after `{"\\":1}`, it reads the name `\"` as `\`. Texts with an escape in a
 * name are rare, and are therefore parsed here.
 */
export function readJson(text: string): JsonValue {
  return hasEscapedName(text) ? new Reader(text).read() : (JSON.parse(text) as JsonValue); // all that it returns
}

/** Whether a name of a member is written with an escape. A backslash occurs only in strings. */
function hasEscapedName(text: string): boolean {
  for (let at = text.indexOf('\\'); at >= 0; at = text.indexOf('\\', at)) {
    at = endOfString(text, at);
    if (text[skipSpace(text, at)] === ':') return true;
  }
  return false;
}

/** Returns the offset behind the string in which the given offset is. */
function endOfString(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** Builds a value by parsing only its scalars with `JSON.parse`. */
class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  read(): JsonValue {
    switch (this.next()) {
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return this.string();
      default:
        return this.word();
    }
  }

  private object(): JsonValue {
    const entries: [string, JsonValue][] = [];
    while (this.hasNext('}')) {
      const name = this.string();
      this.next();
      this.at++; // the colon
      entries.push([name, this.read()]);
    }
    return Object.fromEntries(entries);
  }

  private array(): JsonValue {
    const items: JsonValue[] = [];
    while (this.hasNext(']')) items.push(this.read());
    return items;
  }

  /** Skips the opening bracket or a comma. Returns whether another element follows, or skips the closing bracket. */
  private hasNext(close: string): boolean {
    if (this.next() !== close) {
      this.at++;
      if (this.next() !== close) return true;
    }
    this.at++;
    return false;
  }

  private string(): string {
    const start = this.at;
    this.at = endOfString(this.text, start + 1);
    return JSON.parse(this.text.slice(start, this.at)) as string; // a string in quotes
  }

  private word(): JsonValue {
    const start = this.at;
    while (this.at < this.text.length && !',]} \n\r\t'.includes(this.text.charAt(this.at))) this.at++;
    return JSON.parse(this.text.slice(start, this.at)) as JsonValue; // a number, a boolean or null
  }

  private next(): string {
    this.at = skipSpace(this.text, this.at);
    return this.text.charAt(this.at);
  }
}
