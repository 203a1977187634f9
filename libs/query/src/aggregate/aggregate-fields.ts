import { isEmptyFilter } from '../filter.js';
import type { Filter } from '../filter.js';
import type { IndexDefinition, IndexMember } from '../index-definition.js';
import { indexRanges } from '../index-range.js';
import { missingIndexes } from '../missing-indexes.js';
import type { MissingIndex } from '../missing-indexes.js';
import { parseField, printField } from '../path.js';
import type { Field } from '../path.js';
import { pathsOf } from '../used-paths.js';
import type { UsedPath } from '../used-paths.js';
import type { AggregateQuery } from './aggregate-query.js';

type UsedFields = Pick<AggregateQuery, 'groupBy' | 'compute'>;

/** Returns the fields that an aggregate groups by or computes from, without duplicates. */
function fieldsOfAggregate({ groupBy, compute }: UsedFields): Field[] {
  const fields = [...groupBy, ...compute].flatMap(({ field }) => field ?? []);
  return [...new Map(fields.map((field) => [printField(field), field])).values()];
}

/** Returns the members of the data that an aggregate groups by or computes from. */
export function pathsOfAggregate({ groupBy, compute }: UsedFields): UsedPath[] {
  const used = [
    ...groupBy.map(({ field }, index) => ({ field, pointer: `/groupBy/${index}` })),
    ...compute.map(({ field, name }) => ({ field, pointer: `/compute/${name}` })),
  ];
  return used.flatMap(({ field, pointer }): UsedPath[] =>
    field && 'path' in field
      ? [{ path: field.path, arrays: [], isArray: false, code: 'AGGREGATE_INVALID', pointer }]
      : [],
  );
}

/**
 * Returns the indexes that would speed up a slow aggregate: one with all fields of the filter and the aggregate, if its
 * entries can be read instead of the records, and there is none; otherwise those that the filter lacks.
 */
export function missingAggregateIndexes(
  query: UsedFields,
  filter: Filter,
  indexes: readonly IndexDefinition[],
  { sortFields }: { readonly sortFields: number },
): MissingIndex[] {
  const filtered = pathsOf(filter, []).flatMap(({ path, arrays }) => (arrays.length === 0 ? printField({ path }) : []));
  const names = [...new Set([...filtered, ...fieldsOfAggregate(query).map(printField)])];
  const index = { id: 0, unique: false, members: names.map(ascending) };
  const isUsable = isReadFromEntries(query) && (isEmptyFilter(filter) || indexRanges(index, filter).isExact);
  const isCovered = indexes.some(({ members }) => {
    const indexed = new Set(members.map(({ field }) => printField(field)));
    return names.every((name) => indexed.has(name));
  });
  if (names.length === 0 || !isUsable || isCovered || names.length > sortFields)
    return missingIndexes(filter, [], indexes);
  const path = names.join(',');
  const detail = `No index on ${JSON.stringify(path)} is ready.`;
  const pointer = query.groupBy.length > 0 ? '/groupBy' : '/compute';
  return [{ path, where: { code: 'AGGREGATE_WITHOUT_INDEX', detail, pointer } }];
}

/** Whether the entries of an index can contain all values of an aggregate: no periods of time, and no system fields. */
function isReadFromEntries(query: UsedFields): boolean {
  return fieldsOfAggregate(query).every((field) => 'path' in field) && query.groupBy.every(({ bucket }) => !bucket);
}

function ascending(name: string): IndexMember {
  return { field: parseField(name), direction: 'ascending' };
}
