import { indexRanges, printPath } from '@haven/query';
import type { FieldPath, IndexDefinition, IndexRanges } from '@haven/query';

import { columnsOfRow } from '../domain/record-aggregates.js';
import type { GroupMeasures } from '../domain/record-aggregates.js';
import type { FieldSelection } from '../domain/record-reader.js';
import { entryGroupsSql } from './entry-groups-sql.js';
import { entryRowsSql, partialRowsSql } from './entry-rows-sql.js';
import type { EntryField } from './entry-rows-sql.js';

/**
 * Returns a query for the groups of a selection that reads the entries of an index instead of the records. Its columns
 * are those of `AggregateRow`. Returns undefined if no index contains all fields that the query needs, or if the filter
 * has other conditions than the ranges of the index.
 *
 * If an entry may not contain a whole value, all of them are read again, because looking up records for some entries
 * makes the reading of all entries slower, even if no record is looked up in the end.
 */
export function aggregateEntriesSql(
  collectionId: number,
  selection: FieldSelection,
  measures: GroupMeasures,
  params: unknown[],
): string | undefined {
  const paths = pathsIn(measures);
  const entries = paths && coveringEntries(selection, paths);
  if (!entries) return undefined;
  const fields = paths.flatMap((path) => fieldIn(entries.index, path, measures) ?? []);
  const isCounted = measures.measures.every(({ kind }) => kind !== 'percentile');
  const rows = { collectionId, selection, entries, fields, isCounted };
  const partial = selection.moment ? undefined : partialRowsSql(rows, params);
  const groups = entryGroupsSql(entryRowsSql(rows, params), fields, measures);
  if (partial === undefined) return groups;
  const columns = columnsOfRow(measures).join(', ');
  return `WITH quick AS MATERIALIZED (
  ${entryGroupsSql(partial, fields, measures, 'partial')}
), partial AS MATERIALIZED (SELECT coalesce(bool_or(partial), FALSE) AS yes FROM quick)
SELECT ${columns} FROM quick WHERE NOT (SELECT yes FROM partial)
UNION ALL
SELECT ${columns} FROM (${groups}) AS groups WHERE (SELECT yes FROM partial)`;
}

/** Returns the paths that are grouped or measured; undefined if there is also a field of another kind, or a bucket. */
function pathsIn({ groupBy, measures }: GroupMeasures): FieldPath[] | undefined {
  const fields = [...groupBy, ...measures].flatMap((one) => ('field' in one ? [one.field] : []));
  const paths = new Map<string, FieldPath>();
  for (const field of fields) {
    if ('system' in field) return undefined;
    paths.set(printPath(field.path), field.path);
  }
  return groupBy.some(({ bucket }) => bucket) ? undefined : [...paths.values()];
}

/** Returns the entries of exactly the matches in the index with the shortest keys that contain all paths. */
function coveringEntries({ filter, indexes }: FieldSelection, paths: readonly FieldPath[]): IndexRanges | undefined {
  const covering = indexes
    .filter(({ members }) => members.length > 0 && paths.every((path) => placeIn(members, path) >= 0))
    .map((index) => indexRanges(index, filter))
    .filter(({ isExact, ofElements }) => isExact && !ofElements);
  return covering.toSorted((one, other) => one.index.members.length - other.index.members.length)[0];
}

/** Returns the place of the member that contains the values of a path as they are; -1 if there is none. */
function placeIn(members: IndexDefinition['members'], path: FieldPath): number {
  return members.findIndex(({ field, as }) => 'path' in field && !as && printPath(field.path) === printPath(path));
}

function fieldIn({ members }: IndexDefinition, path: FieldPath, query: GroupMeasures): EntryField | undefined {
  const place = placeIn(members, path);
  const member = members[place];
  if (!member) return undefined;
  const isSame = (one: object): boolean => 'field' in one && JSON.stringify(one.field) === JSON.stringify({ path });
  const kinds = query.measures.filter(isSame).map(({ kind }) => kind);
  return { path, member, place, uses: new Set([...kinds, ...(query.groupBy.some(isSame) ? ['group' as const] : [])]) };
}
