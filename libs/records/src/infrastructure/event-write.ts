import type { Caller, RawJson } from '@haven/kernel';
import { documentKeys, keepsEntries, keepsMembers } from '@haven/query';

import type { LinkTarget } from '../domain/link-targets.js';
import type { RecordEvent } from '../domain/record-event.js';
import type { WrittenCollection } from '../domain/record-store.js';
import type { TextWritten } from './search-documents-sql.js';

/** Entries as a statement gets them: the ids of their records, the numbers of the indexes, and the keys. */
export type GivenEntries = readonly [records: string[], indexes: number[], keys: Buffer[]];

/** An event that is about to be written, and what has to be written besides the row of its record. */
export interface EventWrite {
  readonly caller: Caller;
  readonly event: RecordEvent;
  readonly document: RawJson | null;
  /** `none` if the event leaves all entries as they are, and `computed` if the statement has to compute the keys. */
  readonly entries: GivenEntries | 'none' | 'computed';
  readonly text: TextWritten;
  /** The targets of the links that the event adds. */
  readonly targets: readonly LinkTarget[];
}

export function eventWrite(
  caller: Caller,
  collection: WrittenCollection,
  event: RecordEvent,
  document: RawJson | null,
  targets: readonly LinkTarget[] = [],
): EventWrite {
  const entries = entriesWritten(collection, event);
  return { caller, event, document, entries, text: textWritten(collection, event), targets };
}

/** Number of keys from which a statement computes them, so that other requests do not wait for this process. */
export const MANY_KEYS = 10_000;

function entriesWritten(collection: WrittenCollection, event: RecordEvent): EventWrite['entries'] {
  if (collection.indexesText === null) return 'none';
  if (hasIndexedTimes(collection, event)) return 'computed';
  if (event.version === 1) return newEntries(collection, event) ?? 'computed';
  const { previous, data } = event;
  const before = data && previous?.data; // a deletion does not parse the document
  return before && collection.indexes.every((index) => keepsEntries(index, before, data)) ? 'none' : 'computed';
}

/**
 * Returns the entries of a new record, which has no old ones. Returns undefined if the statement has to compute them,
 * because a system field is in an index or there are very many.
 */
function newEntries({ indexes }: WrittenCollection, { recordId, data }: RecordEvent): GivenEntries | undefined {
  const entries: GivenEntries = [[], [], []];
  const [records, ids, keys] = entries;
  for (const index of indexes) {
    const own = data && documentKeys(index, data);
    if (!own || keys.length > MANY_KEYS) return undefined;
    for (const key of own) {
      records.push(recordId);
      ids.push(index.id);
      keys.push(key);
    }
  }
  return entries;
}

/** Whether an index contains a member whose value only the statement knows, because it is the time of the event. */
function hasIndexedTimes({ indexes }: WrittenCollection, { times }: RecordEvent): boolean {
  if (!times) return false;
  const paths = indexes.flatMap(({ members }) => members.flatMap(({ field }) => ('path' in field ? [field.path] : [])));
  return times.some((time) => paths.some((path) => path.every((name, depth) => name === time[depth])));
}

/** Returns whether the event can change the searched text, and whether it creates the record. */
function textWritten({ search }: WrittenCollection, { version, previous, data, times }: RecordEvent): TextWritten {
  if (!search) return 'none';
  if (version === 1) return 'new';
  const before = data && previous?.data;
  return before && !times?.length && keepsMembers(search.paths, before, data) ? 'none' : 'changed';
}
