import { HavenError, invalid, rewriteErrors, withPointerPrefix } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

import type { Filter } from '../filter.js';
import type { QueryLimits } from '../limits.js';
import { parseFilter, pointerOf } from '../parse-filter.js';
import { printField } from '../path.js';
import type { Field } from '../path.js';

/** Parses `having`: a filter whose fields are names of computed columns. */
export function parseHaving(json: JsonValue, columns: readonly string[], limits: QueryLimits): Filter {
  const filter = rewriteErrors(
    () => withPointerPrefix('/having', () => parseFilter(json, limits)),
    ({ code, detail, extras }) =>
      new HavenError(code === 'FILTER_INVALID' ? 'AGGREGATE_INVALID' : code, detail, {
        ...extras,
        ...(extras.errors && { errors: extras.errors.map(asAggregateError) }),
      }),
  );
  requireColumns(filter, columns);
  return filter;
}

function asAggregateError<T extends { readonly code: string }>(error: T): T {
  return error.code === 'FILTER_INVALID' ? { ...error, code: 'AGGREGATE_INVALID' } : error;
}

function requireColumns(filter: Filter, columns: readonly string[]): void {
  switch (filter.kind) {
    case 'and':
    case 'or':
      for (const part of filter.parts) requireColumns(part, columns);
      return;
    case 'not':
      return requireColumns(filter.part, columns);
    case 'data':
    case 'elements':
    case 'size':
      return requireColumn({ path: filter.path }, pointerOf(filter), columns);
    case 'system':
      return requireColumn({ system: filter.field }, pointerOf(filter), columns);
    case 'search':
      throw invalid('AGGREGATE_INVALID', '/having', 'must not have a _search: columns have no search');
  }
}

function requireColumn(field: Field, pointer: string, columns: readonly string[]): void {
  const name = 'path' in field && field.path.length === 1 ? field.path[0] : undefined;
  if (name !== undefined && columns.includes(name)) return;
  const known = columns.length > 0 ? `one of ${columns.join(', ')}` : 'a computed column, and there is none';
  throw invalid('AGGREGATE_INVALID', `/having${pointer}`, `${JSON.stringify(printField(field))} must be ${known}`);
}
