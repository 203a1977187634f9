import { isObject } from './diff.js';

/** A JSON text that may have been cut. */
export interface Preview {
  text: string;
  isCut: boolean;
}

/** Returns the beginning of a value as JSON. Takes no longer for a value of megabytes than for a short one. */
export function previewOf(value: unknown, length = 300): Preview {
  const writer = new Writer(length);
  writer.write(value);
  return writer.preview();
}

/** Number of equal characters that are shown before the first difference of two long strings. */
const CONTEXT = 40;

/** Returns previews of two values. Those of long strings show the place where they begin to differ. */
export function previewsOf(before: unknown, after: unknown, length = 300): [Preview, Preview] {
  if (typeof before !== 'string' || typeof after !== 'string' || Math.max(before.length, after.length) <= length)
    return [previewOf(before, length), previewOf(after, length)];
  let equal = 0;
  while (equal < before.length && before[equal] === after[equal]) equal += 1;
  const start = Math.max(0, equal - CONTEXT);
  if (start === 0) return [previewOf(before, length), previewOf(after, length)];
  return [cutStart(before, start, length), cutStart(after, start, length)];
}

function cutStart(text: string, start: number, length: number): Preview {
  return { text: `…${previewOf(text.slice(start), length).text}`, isCut: true };
}

/** Writes JSON until it is long enough. */
class Writer {
  private readonly parts: string[] = [];
  private left: number;

  constructor(length: number) {
    this.left = length;
  }

  preview(): Preview {
    const isCut = this.left < 0;
    return { text: this.parts.join('') + (isCut ? '…' : ''), isCut };
  }

  write(value: unknown): void {
    if (this.left < 0) return;
    if (typeof value === 'string') this.writeString(value);
    else if (Array.isArray(value)) this.writeList('[', value.keys(), ']', (index) => this.write(value[index]));
    else if (isObject(value)) this.writeList('{', Object.keys(value), '}', (name) => this.writeMember(name, value));
    else this.put(JSON.stringify(value) ?? 'undefined');
  }

  private writeMember(name: string, object: Record<string, unknown>): void {
    this.writeString(name);
    this.put(': ');
    this.write(object[name]);
  }

  private writeList<Key>(open: string, keys: Iterable<Key>, close: string, item: (key: Key) => void): void {
    this.put(open);
    let separator = '';
    for (const key of keys) {
      if (this.left < 0) return;
      this.put(separator);
      separator = ', ';
      item(key);
    }
    this.put(close);
  }

  private writeString(text: string): void {
    const length = Math.max(0, this.left);
    if (text.length <= length) this.put(JSON.stringify(text));
    else {
      this.parts.push(JSON.stringify(text.slice(0, length)).slice(0, -1));
      this.left = -1;
    }
  }

  private put(text: string): void {
    if (this.left < 0) return;
    this.parts.push(text.slice(0, Math.max(this.left, 1)));
    this.left -= text.length;
  }
}
