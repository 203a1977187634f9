import type { Item, ItemReader } from './item.js';

/**
 * Reads a JSON array, whose elements are the items, or JSON values one after another. The items have the text of the
 * file, so that no number is rounded.
 */
export class JsonReader implements ItemReader {
  private line = 1;
  private startLine = 1;
  /** The text of the current item in the parts before. */
  private before = '';
  private place: 'outside' | 'value' | 'string' | 'escape' = 'outside';
  private depth = 0;
  /** Whether the text begins with `[`; undefined before its first character. */
  private isArray: boolean | undefined;

  push(text: string): Item[] {
    const items: Item[] = [];
    let start = 0;
    const finish = (end: number): void => {
      items.push({ line: this.startLine, text: this.before + text.slice(start, end) });
      this.before = '';
      this.place = 'outside';
    };
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charAt(index);
      if (character === '\n') this.line += 1;
      if (this.place === 'escape') this.place = 'string';
      else if (this.place === 'string') {
        if (character === '\\') this.place = 'escape';
        else if (character === '"') this.place = 'value';
      } else if (this.place === 'outside') {
        if (this.isBetween(character)) continue;
        start = index;
        this.startLine = this.line;
        this.place = character === '"' ? 'string' : 'value';
        this.depth = character === '{' || character === '[' ? 1 : 0;
      } else if (character === '"') this.place = 'string';
      else if (character === '{' || character === '[') this.depth += 1;
      else if ((character === '}' || character === ']') && this.depth > 0) {
        this.depth -= 1;
        if (this.depth === 0) finish(index + 1);
      } else if (this.depth === 0 && /[\s,\]]/.test(character)) finish(index);
    }
    if (this.place !== 'outside') this.before += text.slice(start);
    return items;
  }

  end(): Item[] {
    if (this.place === 'outside') return [];
    const item: Item = { line: this.startLine, text: this.before };
    return this.depth > 0 || this.place !== 'value'
      ? [{ ...item, problem: 'The file ends in the middle of it.' }]
      : [item];
  }

  /** Whether a character is between two items. */
  private isBetween(character: string): boolean {
    if (/[\s\uFEFF]/.test(character)) return true;
    if (this.isArray === undefined) {
      this.isArray = character === '[';
      return this.isArray;
    }
    return this.isArray && (character === ',' || character === ']');
  }
}
