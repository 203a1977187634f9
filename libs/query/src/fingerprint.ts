import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { Condition, Filter, SearchTerm } from './filter.js';
import type { Moment } from './moment.js';
import { printPath } from './path.js';
import { printSort } from './sort.js';
import type { Sort } from './sort.js';
import { sortKey } from './sort-key.js';

/**
 * Returns a canonical text of the query. Queries with different meanings have different fingerprints. Queries have the
 * same fingerprint if they differ only in the order of members, in whether a path is written as nested objects or with
 * dots, in the use of escapes, in whether `_eq` is written out, in the case of a `$caseless` text, or in the offset of
 * a `$dateTime`. A cursor is valid only for queries with the same fingerprint. The fingerprint is as long as the
 * query, so callers should hash it before they store it.
 */
export function queryFingerprint(filter: Filter, sort: Sort, moment?: Moment): string {
  const present = `${canonicalFilter(filter)} by ${printSort(sort)}`;
  return moment ? `${JSON.stringify(moment)} ${present}` : present;
}

/** Serializes a filter canonically. */
function canonicalFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `${filter.kind}(${filter.parts.map(canonicalFilter).sort().join(',')})`;
    case 'not':
      return `not(${canonicalFilter(filter.part)})`;
    case 'data':
      return `${JSON.stringify(printPath(filter.path))}${canonicalCondition(filter.condition)}`;
    case 'elements':
      return `${filter.quantifier} ${JSON.stringify(printPath(filter.path))}(${canonicalFilter(filter.filter)})`;
    case 'size':
      return `size ${JSON.stringify(printPath(filter.path))}${filter.condition.operator}${canonicalJson(filter.condition.operand)}`;
    case 'system':
      return `$${filter.field}${filter.condition.operator}${canonicalJson(filter.condition.operand)}`;
    case 'search':
      return `search${filter.index.id}${JSON.stringify(filter.terms.map(canonicalTerm).sort())}`;
  }
}

function canonicalTerm({ text, as, excluded }: SearchTerm): string {
  return `${excluded ? '-' : ''}${as} ${text}`;
}

function canonicalCondition({ operator, operand, as }: Condition): string {
  if (as !== 'dateTime') return `${operator}${as ?? ''}${canonicalJson(operand)}`;
  const instants = [operand].flat().map((text) => sortKey(text, as));
  return `${operator}${as}${JSON.stringify(instants)}`;
}

export function canonicalJson(value: JsonValue | readonly JsonValue[]): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.sort().join(',')}}`;
}
