import type { Statement } from '@haven/database';
import type { Caller, RawJson } from '@haven/kernel';
import { documentKeys, keepsEntries, keepsMembers } from '@haven/query';

import type { LinkTarget } from '../domain/link-targets.js';
import type { RecordEvent } from '../domain/record-event.js';
import type { WrittenCollection } from '../domain/record-store.js';
import { appendSql } from './append-sql.js';
import type { AppendOptions, EntriesWritten } from './append-sql.js';
import type { TextWritten } from './search-documents-sql.js';

/**
 * Returns the statement that writes events, the rows of their records, their entries and their searched text. Only a
 * single event can have `targets` and a `marker`: the statement locks the targets of the links that the event adds, and
 * writes nothing unless all of them exist, and it writes the time of the event where its document has the text
 * `marker`.
 */
export function appendStatement(
  { actor, traceId }: Caller,
  collection: WrittenCollection,
  events: readonly RecordEvent[],
  documents: readonly (RawJson | null)[],
  { targets = [], marker }: { targets?: readonly LinkTarget[] | undefined; marker?: string | undefined } = {},
): Statement {
  const columns = [
    events.map(({ recordId }) => recordId),
    events.map(({ version }) => version),
    events.map(({ type }) => type),
    documents.map((document) => document && document.text),
    events.map(({ createdAt }) => createdAt ?? null),
  ];
  const causes = events.map(({ cause }) => cause ?? null);
  const written = events.length === 1 ? 'one' : 'many';
  const { id, revision } = collection;
  const isComplete = !events.some((event) => hasIndexedTimes(collection, event));
  const given = isComplete ? givenEntries(collection, events) : undefined;
  const changed = isComplete ? changedIndexes(collection, events) : collection;
  const search = textWritten(collection, events);
  const links = targets.length > 0 ? 'linked' : 'none';
  const timed = marker !== undefined;
  return {
    ...prepared(written, given ? 'given' : entriesOf(changed), { search, links, timed }),
    values: [
      id,
      revision,
      ...(written === 'one' ? columns.map(([only]) => only) : columns),
      actor,
      traceId,
      written === 'one' ? causes[0] : causes,
      ...(given ?? definitionsOf(changed)),
      ...(search === 'none' ? [] : definitionOfSearch(collection)),
      ...(targets.length > 0 ? [targets.map(({ collectionId }) => collectionId), targets.map(({ id }) => id)] : []),
      ...(timed ? [marker, events[0]?.previous?.updatedAt ?? null] : []),
    ],
  };
}

/** Returns the statement that writes the lines of an import after a line, up to another one. */
export function appendSpoolStatement(
  { actor, traceId }: Caller,
  collection: WrittenCollection,
  importId: string,
  { after, last }: { readonly after: number; readonly last: number },
): Statement {
  const { id, revision } = collection;
  return {
    ...prepared('spool', entriesOf(collection), { search: collection.search ? 'changed' : 'none' }),
    values: [
      ...[id, revision, importId, actor, traceId, after, last],
      ...definitionsOf(collection),
      ...definitionOfSearch(collection),
    ],
  };
}

/** The prepared statements by their names. There are few, because each has a name only for what it writes. */
const statements = new Map<string, { name: string; text: string }>();

function prepared(
  written: 'one' | 'many' | 'spool',
  entries: EntriesWritten,
  options: AppendOptions = {},
): { name: string; text: string } {
  const { search = 'none', links = 'none', timed } = options;
  const parts = [entries, search === 'none' ? search : `${search}Text`, links].filter((part) => part !== 'none');
  const name = ['records.append', written, ...parts, ...(timed ? ['timed'] : [])].join('.');
  const known = statements.get(name) ?? { name, text: appendSql(written, entries, options) };
  statements.set(name, known);
  return known;
}

/** Whether an index contains a member whose value only the statement knows, because it is the time of the event. */
function hasIndexedTimes({ indexes }: WrittenCollection, { times }: RecordEvent): boolean {
  if (!times) return false;
  const paths = indexes.flatMap(({ members }) => members.flatMap(({ field }) => ('path' in field ? [field.path] : [])));
  return times.some((time) => paths.some((path) => path.every((name, depth) => name === time[depth])));
}

type WrittenIndexes = Pick<WrittenCollection, 'indexes' | 'indexesText'>;

/** Returns the indexes of a collection, or none if the events leave all entries as they are. */
function changedIndexes(collection: WrittenCollection, events: readonly RecordEvent[]): WrittenIndexes {
  if (collection.indexesText === null) return collection;
  const isKept = events.every(({ previous, data }) => {
    const before = data && previous?.data; // a deletion does not parse the document
    return before && collection.indexes.every((index) => keepsEntries(index, before, data));
  });
  return isKept ? { indexes: [], indexesText: null } : collection;
}

/** Number of keys from which a statement computes them, so that other requests do not wait for this process. */
const MANY_KEYS = 10_000;

/**
 * Returns the entries of new records: their ids, the numbers of the indexes, and the keys. Returns undefined if the
 * statement has to compute them, because records have old entries, unique values, times in an index or very many keys.
 */
function givenEntries(
  { indexes, indexesText }: WrittenCollection,
  events: readonly RecordEvent[],
): [string[], number[], Buffer[]] | undefined {
  if (indexesText === null || events.some(({ version }) => version !== 1)) return undefined;
  const entries: [string[], number[], Buffer[]] = [[], [], []];
  const [records, ids, keys] = entries;
  for (const { recordId, data } of events) {
    for (const index of indexes) {
      const own = index.unique || !data ? null : documentKeys(index, data);
      if (!own || keys.length > MANY_KEYS) return undefined;
      for (const key of own) {
        records.push(recordId);
        ids.push(index.id);
        keys.push(key);
      }
    }
  }
  return entries;
}

function entriesOf({ indexes, indexesText }: WrittenIndexes): EntriesWritten {
  if (indexesText === null) return 'none';
  return indexes.some(({ unique }) => unique) ? 'unique' : 'index';
}

/** Returns whether the events can change the searched text, and whether all of them create records. */
function textWritten({ search }: WrittenCollection, events: readonly RecordEvent[]): TextWritten {
  if (!search) return 'none';
  if (events.every(({ version }) => version === 1)) return 'new';
  const isKept = events.every(({ previous, data, times }) => {
    const before = data && previous?.data;
    return before && !times?.length && keepsMembers(search.paths, before, data);
  });
  return isKept ? 'none' : 'changed';
}

function definitionOfSearch({ search }: WrittenCollection): string[] {
  return search ? [search.definition] : [];
}

function definitionsOf({ indexesText }: WrittenIndexes): string[] {
  return indexesText === null ? [] : [indexesText];
}
