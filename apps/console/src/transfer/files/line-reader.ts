import type { Item, ItemReader } from './item.js';

/** Reads NDJSON: each line that is not blank is an item. */
export class LineReader implements ItemReader {
  private rest = '';
  private line = 1;

  push(text: string): Item[] {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    return this.itemsOf(lines);
  }

  end(): Item[] {
    return this.itemsOf([this.rest]);
  }

  private itemsOf(lines: readonly string[]): Item[] {
    const start = this.line;
    this.line += lines.length;
    return lines.map((text, index) => ({ line: start + index, text: text.trim() })).filter(({ text }) => text !== '');
  }
}
