import type { Statement } from '@haven/database';
import type { Caller } from '@haven/kernel';
import { documentKeys, uniqueHash } from '@haven/query';

import type { RecordEvent } from '../domain/record-event.js';
import type { WrittenCollection } from '../domain/record-store.js';
import { newRecordsSql } from './new-records-sql.js';
import type { NewRecordsWritten } from './new-records-sql.js';

/** Number of keys from which a statement computes them, so that other requests do not wait for this process. */
const MANY_KEYS = 10_000;

/**
 * Returns the statement that creates records, with the keys of their entries. Returns undefined if the keys have to be
 * computed in SQL, because they contain system fields or there are very many.
 */
export function newRecordsStatement(
  { actor, traceId }: Caller,
  { id, revision, indexes, search }: WrittenCollection,
  events: readonly RecordEvent[],
  documents: readonly string[],
): Statement | undefined {
  const entries = new KeyList();
  const values = new KeyList();
  for (const [position, { data }] of events.entries()) {
    for (const index of data ? indexes : []) {
      const keys = documentKeys(index, data ?? {});
      const hash = index.unique ? uniqueHash(index, data ?? {}) : null;
      if (!keys || hash === undefined || entries.size > MANY_KEYS) return undefined;
      for (const key of keys) entries.add(position, index.id, key);
      if (hash) values.add(position, index.id, hash);
    }
  }
  const written = { entries: entries.size > 0, values: values.size > 0, search: search !== null };
  return {
    ...prepared(written),
    values: [
      ...[id, revision, arrayText(events.map(({ recordId }) => recordId)), documents.join('\n'), actor, traceId],
      ...entries.parameters(),
      ...values.parameters(),
      ...(search ? [search.definition] : []),
    ],
  };
}

/** Keys, each with the position of its record and the number of its index. */
class KeyList {
  private readonly positions: number[] = [];
  private readonly indexIds: number[] = [];
  private readonly keys: string[] = [];

  get size(): number {
    return this.keys.length;
  }

  add(position: number, indexId: number, key: Buffer): void {
    this.positions.push(position + 1); // SQL counts from 1
    this.indexIds.push(indexId);
    this.keys.push(key.toString('hex'));
  }

  parameters(): string[] {
    return this.size === 0 ? [] : [arrayText(this.positions), arrayText(this.indexIds), this.keys.join(',')];
  }
}

/** Prints an array of elements that need no quotes. */
function arrayText(elements: readonly (number | string)[]): string {
  return `{${elements.join(',')}}`;
}

const statements = new Map<string, { name: string; text: string }>();

function prepared(written: NewRecordsWritten): { name: string; text: string } {
  const parts = (['entries', 'values', 'search'] as const).filter((part) => written[part]);
  const name = ['records.new', ...parts].join('.');
  const known = statements.get(name) ?? { name, text: newRecordsSql(written) };
  statements.set(name, known);
  return known;
}
