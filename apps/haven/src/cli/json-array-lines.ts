import { CliError } from './cli-error.js';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Returned for a byte that is not part of the output. */
const NOTHING = -1;

/**
 * Converts a JSON array to NDJSON. Element n becomes line n. It is copied byte for byte, except for white space outside
 * strings: this is replaced with spaces within the element, and removed before it. Buffers nothing and parses no
 * element: the server rejects elements that are not JSON, and this function rejects everything else that is not a JSON
 * array.
 */
export async function* jsonArrayLines(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const splitter = new ArraySplitter();
  for await (const chunk of source) {
    const lines = splitter.push(chunk);
    if (lines.length > 0) yield lines;
  }
  splitter.end();
}

/** Translates each byte of an array to one byte of NDJSON, or to none. */
class ArraySplitter {
  private place: 'before' | 'inside' | 'after' = 'before';
  private depth = 0;
  private line = 1;
  private inString = false;
  private escaped = false;
  private elementBegun = false;
  private commaSeen = false;

  push(chunk: Uint8Array): Uint8Array {
    const lines = Buffer.allocUnsafe(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      const written = this.take(byte);
      if (byte === LF) this.line += 1;
      if (written !== NOTHING) lines[length++] = written;
    }
    return lines.subarray(0, length);
  }

  end(): void {
    if (this.place === 'before') throw this.syntaxError('the input is empty; a JSON array is expected');
    if (this.place === 'inside') throw this.syntaxError('the array ends too early');
  }

  private take(byte: number): number {
    if (this.inString) return this.takeInString(byte);
    if (byte === SPACE || byte === TAB || byte === LF || byte === CR) return this.elementBegun ? SPACE : NOTHING;
    if (this.place === 'inside') return this.takeInArray(byte);
    if (this.place === 'after') throw this.syntaxError('there is text after the end of the array');
    if (byte !== OPEN_BRACKET) throw this.syntaxError('not a JSON array; for one object per line use --format ndjson');
    this.place = 'inside';
    return NOTHING;
  }

  private takeInString(byte: number): number {
    // Passing it on would split the element into two lines.
    if (byte === LF || byte === CR)
      throw this.syntaxError('a string contains a line break; in JSON it must be written as \\n');
    if (this.escaped) this.escaped = false;
    else if (byte === BACKSLASH) this.escaped = true;
    else if (byte === QUOTE) this.inString = false;
    return byte;
  }

  private takeInArray(byte: number): number {
    if (this.depth === 0 && byte === COMMA) return this.endElement();
    if (this.depth === 0 && byte === CLOSE_BRACKET) return this.endArray();
    if (this.depth === 0 && byte === CLOSE_BRACE) throw this.syntaxError('a } has no matching {');
    this.elementBegun = true;
    if (byte === QUOTE) this.inString = true;
    else if (byte === OPEN_BRACKET || byte === OPEN_BRACE) this.depth += 1;
    else if (byte === CLOSE_BRACKET || byte === CLOSE_BRACE) this.depth -= 1;
    return byte;
  }

  private endElement(): number {
    if (!this.elementBegun) throw this.syntaxError('an element is missing before a comma');
    this.elementBegun = false;
    this.commaSeen = true;
    return LF;
  }

  private endArray(): number {
    if (!this.elementBegun && this.commaSeen) throw this.syntaxError('an element is missing after the last comma');
    const last = this.elementBegun ? LF : NOTHING;
    this.place = 'after';
    this.elementBegun = false;
    return last;
  }

  private syntaxError(reason: string): CliError {
    return new CliError(`Line ${this.line} of the JSON: ${reason}.`);
  }
}
