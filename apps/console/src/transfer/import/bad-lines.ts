import type { FileKind, Item } from '../files/item.js';

/** An item of a file. `index` is its number in the file, from 1, without the header. */
export interface Numbered {
  index: number;
  item: Item;
}

/** Why a line of the file was refused. */
export interface LineError {
  line: number;
  /** Number of the record in the file: several can be on one line. */
  index: number;
  code: string;
  detail: string;
  pointer: string;
}

/** A line of the file, and why it was refused. */
export interface BadLine extends Numbered {
  errors: LineError[];
}

/** Errors that are shown; all are in the file that the user can download. */
const SHOWN = 100;

/** The lines of a file that cannot be imported. They are kept in blobs, which need no memory of the page. */
export class BadLines {
  count = 0;
  readonly shown: LineError[] = [];
  private readonly indexes = new Set<number>();
  private texts: Blob[] = [];
  private errors: Blob[] = [];

  /** `header` is the first row of CSV, so that the lines can be imported again. */
  constructor(
    private readonly kind: FileKind,
    private readonly header: string | undefined,
  ) {}

  add(lines: readonly BadLine[]): void {
    if (lines.length === 0) return;
    this.count += lines.length;
    for (const { index } of lines) this.indexes.add(index);
    const errors = lines.flatMap((line) => line.errors);
    this.shown.push(...errors.slice(0, SHOWN - this.shown.length));
    const separator = this.kind === 'json' ? ',\n' : '\n';
    this.texts.push(new Blob(lines.map(({ item }) => item.text + separator)));
    this.errors.push(new Blob(errors.map((error) => `${JSON.stringify(error)}\n`)));
  }

  has({ index }: Numbered): boolean {
    return this.indexes.has(index);
  }

  /** The lines as they are in the file. */
  get content(): Blob {
    if (this.kind === 'csv') return new Blob([this.header === undefined ? '' : `${this.header}\n`, ...this.texts]);
    if (this.kind === 'ndjson') return new Blob(this.texts);
    const all = new Blob(this.texts);
    return new Blob(['[\n', all.slice(0, -2), '\n]\n']); // without the last comma
  }

  /** The errors, one JSON object a line. */
  get report(): Blob {
    return new Blob(this.errors);
  }
}
