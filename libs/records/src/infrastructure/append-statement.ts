import type { Statement } from '@haven/database';
import type { Caller, RawJson } from '@haven/kernel';
import { documentKeys, keepsEntries } from '@haven/query';

import type { LinkTarget } from '../domain/link-targets.js';
import type { RecordEvent } from '../domain/record-event.js';
import type { WrittenCollection } from '../domain/record-store.js';
import { appendSql } from './append-sql.js';
import type { AppendOptions, EntriesWritten } from './append-sql.js';

/**
 * Returns the statement that writes events, the rows of their records, and their entries. Only a single event can have
 * `targets` and a `marker`: the statement locks the targets of the links that the event adds, and writes nothing unless
 * all of them exist, and it writes the time of the event where its document has the text `marker`.
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
  const links = targets.length > 0;
  const variant = marker === undefined ? (links ? 'linked' : written) : links ? 'linkedTimed' : 'timed';
  return {
    ...APPEND[variant][given ? 'given' : entriesOf(changed)],
    values: [
      id,
      revision,
      ...(written === 'one' ? columns.map(([only]) => only) : columns),
      actor,
      traceId,
      written === 'one' ? causes[0] : causes,
      ...(given ?? definitionsOf(changed)),
      ...(links ? [targets.map(({ collectionId }) => collectionId), targets.map(({ id }) => id)] : []),
      ...(marker === undefined ? [] : [marker, events[0]?.previous?.updatedAt ?? null]),
    ],
  };
}

/** Returns the statement that writes the lines of an import. */
export function appendSpoolStatement(
  { actor, traceId }: Caller,
  collection: WrittenCollection,
  importId: string,
): Statement {
  const { id, revision } = collection;
  return {
    ...APPEND.spool[entriesOf(collection)],
    values: [id, revision, importId, actor, traceId, ...definitionsOf(collection)],
  };
}

/**
 * The prepared statements by what they write; `linked` writes one event, and locks the targets of its links, and
 * `timed` writes the time of one event in its document.
 */
const APPEND = {
  one: statementsFor('one'),
  linked: statementsFor('one', { links: 'linked' }),
  timed: statementsFor('one', { timed: true }),
  linkedTimed: statementsFor('one', { links: 'linked', timed: true }),
  many: statementsFor('many'),
  spool: statementsFor('spool'),
};

function statementsFor(
  written: 'one' | 'many' | 'spool',
  options: AppendOptions = {},
): Record<EntriesWritten, { name: string; text: string }> {
  const statement = (entries: EntriesWritten) => {
    const { links, timed } = options;
    const variants = [entries === 'none' ? [] : entries, links ?? [], timed ? 'timed' : []].flat();
    return { name: ['records.append', written, ...variants].join('.'), text: appendSql(written, entries, options) };
  };
  return {
    none: statement('none'),
    index: statement('index'),
    unique: statement('unique'),
    given: statement('given'),
  };
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

function definitionsOf({ indexesText }: WrittenIndexes): string[] {
  return indexesText === null ? [] : [indexesText];
}
