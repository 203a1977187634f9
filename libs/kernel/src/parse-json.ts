import { HavenError, limitExceeded } from './error.js';
import { unsupportedTextReason, jsonNotExact, PROTO } from './unsupported-json.js';
import { inexactNumberReason, isExactNumber } from './json-number.js';
import { isJsonObject } from './json-value.js';
import type { JsonLimits, JsonValue } from './json-value.js';
import { pointerTo } from './pointer.js';
import { RawJson } from './raw-json.js';
import { readJson } from './read-json.js';

/**
 * Parses a JSON text (RFC 8259) exactly, or throws: `MALFORMED_JSON` with line and column, or `LIMIT_EXCEEDED` or
 * `JSON_NOT_EXACT` with a pointer, which starts with `pointerPrefix`. Never rounds, drops or replaces anything; `-0` is
 * read as `0`, which is equal. Takes time linear in the length of the text, and never recurses.
 *
 * The text must have been decoded strictly: a lenient UTF-8 decoder replaces invalid bytes before they can be detected.
 */
export function parseJson(text: string, limits: JsonLimits, pointerPrefix = ''): JsonValue {
  return scanJson(text, limits, { pointerPrefix }).parse();
}

/** A JSON text that was scanned: it is well-formed, exact and within the limits, but nothing of it has been built. */
export interface ScannedJson {
  /** Number of all values in the text, including the outermost one. */
  readonly values: number;
  parse(): JsonValue;
}

/**
 * Does what {@link parseJson} does, in two steps: the caller learns the number of values before they take any memory.
 */
export function scanJson(text: string, limits: JsonLimits, options: ScanOptions = {}): ScannedJson {
  const scanner = new Scanner(text, limits, options);
  const minusZeros = scanner.scan();
  const parse = () => readJson(minusZeros.length === 0 ? text : blank(text, minusZeros));
  return { values: scanner.values, parse: () => withVerbatim(parse(), scanner.verbatim) };
}

/**
 * Returns the number literals in a JSON text that are not exact, by their JSON Pointers. The text was accepted as the
 * verbatim member of a body.
 */
export function inexactNumbersIn(text: string): ReadonlyMap<string, string> {
  const scanner = new Scanner(text, { depth: Infinity, keys: Infinity }, { isVerbatim: true });
  scanner.scan();
  return scanner.inexact;
}

interface ScanOptions {
  pointerPrefix?: string;
  /**
   * The name of a member of the outermost object that is kept as text, if it is an object: `parse` returns it as
   * {@link RawJson}. It may contain numbers that are not exact.
   */
  verbatim?: string | undefined;
  /** Whether the whole text may contain numbers that are not exact. */
  isVerbatim?: boolean;
}

/** Replaces the member of the outermost object that is kept as text. */
function withVerbatim(value: JsonValue, verbatim: { name: string; text: string } | undefined): JsonValue {
  if (!verbatim || !isJsonObject(value) || !isJsonObject(value[verbatim.name])) return value;
  return Object.assign(value, { [verbatim.name]: new RawJson(verbatim.text) });
}

const QUOTE = 0x22;
const PLUS = 0x2b;
const COMMA = 0x2c;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const LOWER_E = 0x65;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const END = -1;

/** Scans a JSON text once, and throws if it is malformed, not exact or exceeds a limit. */
class Scanner {
  /** Number of values read so far, including open containers. */
  values = 0;
  private at = 0;
  private depth = 0;
  private members = 0;
  private readonly maxValues: number;
  private readonly levels: Level[] = [];
  private readonly minusZeros: number[] = [];
  /** Whether the string last read has escapes. */
  private escaped = false;
  /** Whether the string last read may contain `\u0000` or a lone surrogate. */
  private suspect = false;
  /** Whether the value being read is kept as text. */
  private isVerbatim: boolean;
  private verbatimStart = 0;
  /** The member that is kept as text, once its end has been read. */
  verbatim: { name: string; text: string } | undefined;
  /** The literals of the numbers that are not exact, by their pointers. */
  readonly inexact = new Map<string, string>();
  private readonly prefix: string;

  constructor(
    private readonly text: string,
    private readonly limits: JsonLimits,
    private readonly options: ScanOptions,
  ) {
    this.maxValues = limits.values ?? Infinity;
    this.prefix = options.pointerPrefix ?? '';
    this.isVerbatim = options.isVerbatim ?? false;
  }

  /** Returns the offsets of the minus signs of all `-0`. */
  scan(): number[] {
    while (this.value() || this.next());
    return this.minusZeros;
  }

  /**
   * Reads a scalar or an empty container, or opens a container. Returns true if it opened one, so that a value follows.
   */
  private value(): boolean {
    const code = this.skipSpace();
    if (++this.values > this.maxValues) throw limitExceeded('limits.jsonValues', this.maxValues, this.pointer());
    if (code === OPEN_BRACE) return this.openObject();
    if (code === OPEN_BRACKET) return this.openArray();
    if (code === QUOTE) this.string();
    else if (code === MINUS || isDigit(code)) this.number(code);
    else this.word();
    return false;
  }

  /** Closes the containers that end after a value. Returns whether another value follows. */
  private next(): boolean {
    for (; this.depth > 0; this.depth--, this.at++) {
      const level = this.level();
      if (this.depth === 1 && this.isVerbatim) this.endVerbatim(level);
      const code = this.skipSpace();
      if (code === COMMA) {
        this.at++;
        if (typeof level.token === 'number') level.token++;
        else this.name(level);
        return true;
      }
      const close = typeof level.token === 'number' ? CLOSE_BRACKET : CLOSE_BRACE;
      if (code !== close) throw this.malformed(close === CLOSE_BRACKET ? '"," or "]"' : '"," or "}"');
    }
    if (this.skipSpace() !== END) throw this.malformed('the end of the text');
    return false;
  }

  private openObject(): boolean {
    const level = this.enter();
    level.token = '';
    if (this.skipSpace() === CLOSE_BRACE) return this.closeEmpty();
    this.name(level);
    return true;
  }

  private openArray(): boolean {
    this.enter().token = 0;
    return this.skipSpace() === CLOSE_BRACKET ? this.closeEmpty() : true;
  }

  private enter(): Level {
    if (this.depth >= this.limits.depth) throw limitExceeded('limits.jsonDepth', this.limits.depth, this.pointer());
    this.at++;
    this.depth++;
    if (this.levels.length < this.depth) this.levels.push(new Level());
    const level = this.level();
    level.reset();
    return level;
  }

  private closeEmpty(): boolean {
    this.at++;
    this.depth--;
    return false;
  }

  private name(level: Level): void {
    if (this.skipSpace() !== QUOTE) throw this.malformed('a member name in double quotes');
    level.token = '';
    const name = this.readString();
    // A name that is not valid Unicode cannot be part of a pointer, so the pointer refers to the containing object.
    const reason = this.suspect ? unsupportedTextReason(name) : undefined;
    if (reason !== undefined) throw jsonNotExact(this.pointer(this.depth - 1), `has a member whose name ${reason}`);
    level.token = name;
    if (name === '__proto__') throw jsonNotExact(this.pointer(), PROTO);
    if (!level.add(name)) throw jsonNotExact(this.pointer(), 'is a duplicate member of the object');
    if (++this.members > this.limits.keys) throw limitExceeded('limits.jsonKeys', this.limits.keys, this.pointer());
    if (this.skipSpace() !== COLON) throw this.malformed('":"');
    this.at++;
    if (this.depth === 1 && name === this.options.verbatim) this.beginVerbatim();
  }

  private beginVerbatim(): void {
    this.isVerbatim = true;
    this.skipSpace();
    this.verbatimStart = this.at;
  }

  private endVerbatim({ token }: Level): void {
    if (this.options.isVerbatim) return;
    this.isVerbatim = false;
    this.verbatim = { name: String(token), text: this.text.slice(this.verbatimStart, this.at) };
  }

  private string(): void {
    const start = this.at;
    this.skipString();
    const reason = this.suspect ? unsupportedTextReason(this.decode(start)) : undefined;
    if (reason !== undefined) throw jsonNotExact(this.pointer(), reason);
  }

  private readString(): string {
    const start = this.at;
    this.skipString();
    return this.decode(start);
  }

  private decode(start: number): string {
    if (!this.escaped) return this.text.slice(start + 1, this.at - 1);
    return JSON.parse(this.text.slice(start, this.at)) as string; // a string literal, just scanned
  }

  private skipString(): void {
    const text = this.text;
    this.escaped = false;
    this.suspect = false;
    let at = this.at + 1;
    for (; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > BACKSLASH ? code < 0xd800 : code > QUOTE && code < BACKSLASH) continue;
      if (code === QUOTE) {
        this.at = at + 1;
        return;
      }
      if (code === BACKSLASH) at = this.escape(at);
      else if (code < 0x20) break;
      else if (code >= 0xd800 && code <= 0xdfff) this.suspect = true;
    }
    throw this.malformed('a character of a string or its closing quote', at);
  }

  /** Takes the offset of the backslash; returns the offset of the last character of the escape. */
  private escape(at: number): number {
    this.escaped = true;
    const kind = this.text.charAt(at + 1);
    if (kind === 'u') {
      this.suspect = true;
      for (let digit = at + 2; digit < at + 6; digit++) {
        if (!isHexDigit(this.text.charCodeAt(digit))) throw this.malformed('a hexadecimal digit', digit);
      }
      return at + 5;
    }
    if (kind === '' || !'"\\/bfnrt'.includes(kind)) throw this.malformed('one of "\\/bfnrtu', at + 1);
    return at + 1;
  }

  private number(first: number): void {
    const start = this.at;
    if (first === MINUS) this.at++;
    const zero = this.code() === ZERO;
    if (zero) this.at++;
    else this.digits();
    if (this.code() === DOT) {
      this.at++;
      this.digits();
    }
    const exponent = (this.code() | 0x20) === LOWER_E;
    if (exponent) this.exponent();
    // Without an exponent, numbers of up to 15 digits are always exact.
    if (exponent || this.at - start > 15) {
      const literal = this.text.slice(start, this.at);
      if (!isExactNumber(literal)) this.inexactNumber(literal);
    }
    if (zero && first === MINUS && Number(this.text.slice(start, this.at)) === 0) this.minusZeros.push(start);
  }

  private inexactNumber(literal: string): void {
    if (!this.isVerbatim || !Number.isFinite(Number(literal))) {
      throw jsonNotExact(this.pointer(), inexactNumberReason(literal));
    }
    this.inexact.set(this.pointer(), literal);
  }

  private exponent(): void {
    this.at++;
    if (this.code() === PLUS || this.code() === MINUS) this.at++;
    this.digits();
  }

  private digits(): void {
    if (!isDigit(this.code())) throw this.malformed('a digit');
    while (isDigit(this.code())) this.at++;
  }

  private word(): void {
    const word = ['true', 'false', 'null'].find((known) => this.text.startsWith(known, this.at));
    if (word === undefined) throw this.malformed('a value');
    this.at += word.length;
  }

  private skipSpace(): number {
    let code = this.code();
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) {
      this.at++;
      code = this.code();
    }
    return code;
  }

  private code(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : END;
  }

  private level(): Level {
    return this.levels[this.depth - 1] as Level; // called only inside a container
  }

  private pointer(depth = this.depth): string {
    return this.levels.slice(0, depth).reduce((parent, { token }) => pointerTo(parent, token), this.prefix);
  }

  private malformed(expected: string, at = this.at): HavenError {
    let line = 1;
    let start = 0;
    for (let end = this.text.indexOf('\n'); end >= 0 && end < at; end = this.text.indexOf('\n', start)) {
      line++;
      start = end + 1;
    }
    const [found] = this.text.slice(at, at + 2);
    const what = found === undefined ? 'the end of the text' : JSON.stringify(found);
    return new HavenError(
      'MALFORMED_JSON',
      `Line ${line}, column ${at - start + 1}: expected ${expected}, found ${what}.`,
    );
  }
}

/** A container being scanned: the index or name of the current value, and the names that were read so far. */
class Level {
  token: string | number = 0;
  private names: string[] = [];
  private index: Set<string> | undefined;

  reset(): void {
    this.names.length = 0;
    this.index = undefined;
  }

  /** Adds a name; returns false for a duplicate. Comparing a few names is faster than hashing them. */
  add(name: string): boolean {
    if (this.index) return this.index.size < this.index.add(name).size;
    if (this.names.includes(name)) return false;
    if (this.names.push(name) > 8) this.index = new Set(this.names);
    return true;
  }
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function isHexDigit(code: number): boolean {
  const letter = code | 0x20;
  return isDigit(code) || (letter >= 0x61 && letter <= 0x66);
}

function blank(text: string, offsets: number[]): string {
  let blanked = '';
  let from = 0;
  for (const at of offsets) {
    blanked += `${text.slice(from, at)} `;
    from = at + 1;
  }
  return blanked + text.slice(from);
}
