import type { Statement } from '@haven/database';
import type { Caller } from '@haven/kernel';

import type { LinkTarget } from '../domain/link-targets.js';
import type { WrittenCollection } from '../domain/record-store.js';
import { appendSql } from './append-sql.js';
import type { AppendOptions, EntriesWritten } from './append-sql.js';
import { MANY_KEYS } from './event-write.js';
import type { EventWrite, GivenEntries } from './event-write.js';
import { definitionsText } from './index-definitions.js';
import type { TextWritten } from './search-documents-sql.js';

/**
 * Returns the statement that writes events, the rows of their records, their entries and their searched text. If they
 * have new links, the statement locks the targets, and writes nothing unless all of them exist. Only a single event can
 * have a `marker`: the statement writes the time of the event where its document has this text.
 */
export function appendStatement(
  collection: WrittenCollection,
  writes: readonly EventWrite[],
  marker?: string,
): Statement {
  const columns = [
    writes.map(({ event }) => event.recordId),
    writes.map(({ event }) => event.version),
    writes.map(({ event }) => event.type),
    writes.map(({ document }) => document && document.text),
    writes.map(({ event }) => event.createdAt ?? null),
    writes.map(({ caller }) => caller.actor),
    writes.map(({ caller }) => caller.traceId),
    writes.map(({ event }) => event.cause ?? null),
  ];
  const written = writes.length === 1 ? 'one' : 'many';
  const [entries, parametersOfEntries] = entriesOf(collection, writes);
  const search = textOf(writes);
  const targets = distinctTargets(writes);
  const timed = marker !== undefined;
  return {
    ...prepared(written, entries, { search, links: targets.length > 0 ? 'linked' : 'none', timed }),
    hasFixedPlan: writes.length <= FEW_WRITES,
    values: [
      collection.id,
      collection.revision,
      ...(written === 'one' ? columns.map(([only]) => only) : columns),
      ...parametersOfEntries,
      ...(search === 'none' ? [] : definitionOfSearch(collection)),
      ...(targets.length > 0 ? [targets.map(({ collectionId }) => collectionId), targets.map(({ id }) => id)] : []),
      ...(timed ? [marker, writes[0]?.event.previous?.updatedAt ?? null] : []),
    ],
  };
}

/**
 * Number of events up to which a statement has a fixed plan, because to plan it takes longer than to execute it.
 */
const FEW_WRITES = 32;

/** Returns the statement that writes the lines of an import after a line, up to another one. */
export function appendSpoolStatement(
  { actor, traceId }: Caller,
  collection: WrittenCollection,
  importId: string,
  { after, last }: { readonly after: number; readonly last: number },
): Statement {
  const { id, revision } = collection;
  return {
    ...prepared('spool', computedEntries(collection), { search: collection.search ? 'changed' : 'none' }),
    values: [
      ...[id, revision, importId, actor, traceId, after, last],
      ...(collection.indexesText === null ? [] : [collection.indexesText]),
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

/** Returns the entries that events write together, and the parameters for them. */
function entriesOf(
  collection: WrittenCollection,
  writes: readonly EventWrite[],
): [EntriesWritten, parameters: readonly unknown[]] {
  const all = writes.map(({ entries }) => entries).filter((entries) => entries !== 'none');
  if (all.length === 0) return ['none', []];
  const given = all.filter((entries) => entries !== 'computed');
  const [first = [[], [], []]] = given;
  if (given.length < all.length || given.reduce((count, [, , keys]) => count + keys.length, 0) > MANY_KEYS)
    return [computedEntries(collection), [collection.indexesText]];
  const entries: GivenEntries =
    given.length === 1
      ? first
      : [
          given.flatMap(([records]) => records),
          given.flatMap(([, indexes]) => indexes),
          given.flatMap(([, , keys]) => keys),
        ];
  const unique = collection.indexes.filter((index) => index.unique);
  return unique.length > 0 ? ['givenUnique', [...entries, definitionsText(unique)]] : ['given', entries];
}

function computedEntries({ indexes, indexesText }: WrittenCollection): EntriesWritten {
  if (indexesText === null) return 'none';
  return indexes.some(({ unique }) => unique) ? 'unique' : 'index';
}

/** Returns the searched text that events write together. */
function textOf(writes: readonly EventWrite[]): TextWritten {
  const [first = 'none', ...others] = new Set(writes.map(({ text }) => text));
  return others.length === 0 ? first : 'changed';
}

function distinctTargets(writes: readonly EventWrite[]): LinkTarget[] {
  const all = writes.flatMap(({ targets }) => targets);
  if (writes.length === 1) return all; // those of one event are distinct
  return [...new Map(all.map((target) => [`${target.collectionId}/${target.id}`, target])).values()];
}

function definitionOfSearch({ search }: WrittenCollection): string[] {
  return search ? [search.definition] : [];
}
