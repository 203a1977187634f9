import type { Cell, Item, ItemReader } from './item.js';

/** Reads CSV: each row is an item. Cells in quotes may have line breaks and doubled quotes. */
export class RowReader implements ItemReader {
  private line = 1;
  private startLine = 1;
  /** The text of the current row in the parts before. */
  private before = '';
  private cells: Cell[] = [];
  private cell = '';
  private place: 'start' | 'plain' | 'quoted' | 'closed' = 'start';
  private problem: string | undefined;

  constructor(private readonly separator: string) {}

  push(text: string): Item[] {
    const items: Item[] = [];
    let start = 0;
    for (let index = 0; index < text.length; index += 1) {
      const character = text.charAt(index);
      if (character === '\n') this.line += 1;
      if (this.place === 'quoted') {
        if (character === '"') this.place = 'closed';
        else this.cell += character;
      } else if (character === '\n') {
        items.push(...this.row(this.before + text.slice(start, index)));
        start = index + 1;
      } else this.read(character);
    }
    this.before += text.slice(start);
    return items;
  }

  end(): Item[] {
    if (this.place === 'quoted') this.problem = 'A quote is not closed.';
    return this.row(this.before);
  }

  private read(character: string): void {
    if (character === this.separator) this.endCell();
    else if (character === '"' && this.place === 'start') this.place = 'quoted';
    else if (character === '"' && this.place === 'closed') {
      this.cell += '"';
      this.place = 'quoted';
    } else if (this.place === 'closed') {
      if (character !== '\r') this.problem = 'There is text after a closing quote.';
    } else {
      this.cell += character;
      this.place = 'plain';
    }
  }

  private endCell(): void {
    this.cells.push(this.place === 'start' ? null : this.cell);
    this.cell = '';
    this.place = 'start';
  }

  private row(text: string): Item[] {
    if (this.place === 'plain' && this.cell.endsWith('\r')) {
      this.cell = this.cell.slice(0, -1);
      if (this.cell === '') this.place = 'start';
    }
    this.endCell();
    const item: Item = {
      line: this.startLine,
      text: text.replace(/\r$/, ''),
      cells: this.cells,
      ...(this.problem !== undefined && { problem: this.problem }),
    };
    this.startLine = this.line;
    this.before = '';
    this.cells = [];
    this.problem = undefined;
    const isBlank = item.cells?.length === 1 && item.cells[0] === null;
    return isBlank || (item.line === 1 && SEPARATOR_LINE.test(item.text)) ? [] : [item];
  }
}

const SEPARATORS = [',', ';', '\t', '|'];

/** A first line such as `sep=;`, by which Excel recognizes the separator. */
const SEPARATOR_LINE = /^(?:\uFEFF|ï»¿)?"?sep=([,;\t|])"?\r?$/i;

/** Returns the separator that the first line names, otherwise the one that divides it into the most cells. */
export function separatorOf(text: string): string {
  const [, named] = SEPARATOR_LINE.exec(text.split('\n', 1)[0] ?? '') ?? [];
  if (named !== undefined) return named;
  const [first = ''] = text.replaceAll(/"[^"]*"/g, '').split('\n', 1);
  const counts = SEPARATORS.map((separator) => first.split(separator).length);
  return SEPARATORS[counts.indexOf(Math.max(...counts))] ?? ',';
}
