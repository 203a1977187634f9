import { isJsonObject } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { Filter } from './filter.js';
import type { Moment } from './moment.js';
import { printPath } from './path.js';
import { printSort } from './sort.js';
import type { Sort } from './sort.js';

/**
 * A text that is the same for queries that mean the same however they were written (order of members, nesting, escapes,
 * bare values), and another for any other: what a cursor is bound to. As long as the query; hash it to keep it.
 */
export function queryFingerprint(filter: Filter, sort: Sort, moment?: Moment): string {
  const present = `${canonicalFilter(filter)} by ${printSort(sort)}`;
  return moment ? `${JSON.stringify(moment)} ${present}` : present;
}

/** The filter in one canonical text. */
function canonicalFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return `${filter.kind}(${filter.parts.map(canonicalFilter).sort().join(',')})`;
    case 'not':
      return `not(${canonicalFilter(filter.part)})`;
    case 'data':
      return `${JSON.stringify(printPath(filter.path))}${filter.condition.operator}${canonicalJson(filter.condition.operand)}`;
    case 'system':
      return `$${filter.field}${filter.condition.operator}${canonicalJson(filter.condition.operand)}`;
  }
}

function canonicalJson(value: JsonValue | readonly JsonValue[]): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`);
  return `{${members.sort().join(',')}}`;
}
