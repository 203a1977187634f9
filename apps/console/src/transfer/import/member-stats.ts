import { isObject } from '../../values/diff.js';
import { jsonOf } from '../../values/parse-json.js';
import { previewOf } from '../../values/preview.js';
import type { Item } from '../files/item.js';

/** A member of the documents in a file. */
export interface MemberSummary {
  name: string;
  /** Types of its values, such as `text`. */
  types: readonly string[];
  /** Number of documents that have it. */
  count: number;
  example: string;
}

/** Members that are counted at most; documents with more have names that are data. */
const MOST = 500;

const RECORD = new Set(['id', 'collection', 'version', 'data', 'createdAt', 'updatedAt', 'expanded']);

/** Collects the members of documents. */
export class MemberStats {
  private readonly members = new Map<string, { types: Set<string>; count: number; example: string }>();
  private documents = 0;
  private records = 0;

  /** Counts the members of an item, if it is a JSON object. */
  add(item: Item): void {
    const document = readDocument(item);
    if (document === undefined) return;
    this.documents += 1;
    if (isRecord(document)) this.records += 1;
    for (const [name, value] of Object.entries(document)) {
      const known = this.members.get(name);
      if (known) {
        known.count += 1;
        known.types.add(typeOf(value));
      } else if (this.members.size < MOST)
        this.members.set(name, { types: new Set([typeOf(value)]), count: 1, example: previewOf(value, 80).text });
    }
  }

  get shape(): 'record' | 'document' {
    return this.documents > 0 && this.records === this.documents ? 'record' : 'document';
  }

  get summaries(): MemberSummary[] {
    return [...this.members].map(([name, { types, count, example }]) => ({ name, types: [...types], count, example }));
  }
}

/** Returns the document of an item of JSON; undefined if it is none. */
function readDocument({ text, problem }: Item): Record<string, unknown> | undefined {
  const value = problem === undefined ? jsonOf(text) : undefined;
  return isObject(value) ? value : undefined; // the server says what is wrong with the line
}

function isRecord(document: Record<string, unknown>): boolean {
  return (
    typeof document.id === 'string' &&
    isObject(document.data) &&
    Object.keys(document).every((name) => RECORD.has(name))
  );
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'string' ? 'text' : typeof value;
}
