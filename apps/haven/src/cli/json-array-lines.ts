import { StringDecoder } from 'node:string_decoder';

import { StartError } from '../start-error.js';

/** Turns the text of a JSON array into NDJSON without touching a value: each element's own text, on one line. */
export async function* jsonArrayLines(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const splitter = new ArraySplitter();
  const decoder = new StringDecoder('utf8');
  for await (const chunk of source) {
    const lines = splitter.take(decoder.write(chunk));
    if (lines !== '') yield lines;
  }
  splitter.finish();
}

class ArraySplitter {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private element = '';
  private done = false;

  take(text: string): string {
    let lines = '';
    let start = 0;
    for (let index = 0; index < text.length; index++) {
      const char = text[index] ?? '';
      if (this.inString) {
        this.passString(char);
        continue;
      }
      if (this.depth === 0) {
        this.outside(char);
        start = index + 1;
      } else if (char === '"') {
        this.inString = true;
      } else if (char === '[' || char === '{') {
        this.depth += 1;
      } else if (char === ']' || char === '}') {
        this.depth -= 1;
        if (this.depth === 0) {
          lines += this.line(text.slice(start, index));
          start = index + 1;
          this.done = true;
        }
      } else if (char === ',' && this.depth === 1) {
        lines += this.line(text.slice(start, index));
        start = index + 1;
      }
    }
    if (this.depth > 0) this.element += text.slice(start);
    return lines;
  }

  finish(): void {
    if (!this.done) throw new StartError('The file ends before its JSON array does.');
  }

  private passString(char: string): void {
    if (this.escaped) this.escaped = false;
    else if (char === '\\') this.escaped = true;
    else if (char === '"') this.inString = false;
  }

  private outside(char: string): void {
    if (/[\s\uFEFF]/.test(char)) return;
    if (this.done) throw new StartError('There is text after the end of the JSON array.');
    if (char !== '[') throw new StartError('The file is no JSON array; use --format for NDJSON or CSV.');
    this.depth = 1;
  }

  /** A line break outside strings is white space; inside one it is an error, which the server will name. */
  private line(rest: string): string {
    const text = (this.element + rest).replace(/[\r\n]/g, ' ').trim();
    this.element = '';
    return text === '' ? '' : `${text}\n`;
  }
}
