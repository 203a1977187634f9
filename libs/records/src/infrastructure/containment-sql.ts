import type { JsonValue } from '@haven/kernel';
import type { DataComparison, FieldPath, Filter } from '@haven/query';

import { bind, joined } from './sql-text.js';
import type { NumberSql } from './sql-text.js';

/**
 * Returns a condition that all matches of a filter satisfy, and for which the index of all documents is used; null if
 * there is none. That index contains documents together with their tenant and collection, in `scoped_data`. The
 * condition may be satisfied by more records, so the filter has to be tested too.
 */
export function containmentSql(filter: Filter, collectionId: NumberSql, params: unknown[]): string | null {
  if (!isByContainment(filter)) return null;
  const scope = `jsonb_build_object(haven.current_tenant()::text || '/' || ${collectionId}`;
  const contains = (document: JsonValue) =>
    `scoped_data @> ${scope}, ${bind(params, JSON.stringify(document), 'jsonb')})`;
  return weakest(filter, contains);
}

/** Whether every match of the filter has a value by which the index of all documents can find it. */
export function isByContainment(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.some(isByContainment);
    case 'or':
      return filter.parts.length > 0 && filter.parts.every(isByContainment);
    case 'data':
      return documentsOf(filter) !== null;
    case 'elements':
      return filter.quantifier === 'some' && isByContainment(filter.filter);
    default:
      return false;
  }
}

function weakest(filter: Filter, contains: (document: JsonValue) => string): string {
  switch (filter.kind) {
    case 'and':
      return joined(
        filter.parts.filter(isByContainment).map((part) => weakest(part, contains)),
        'AND',
        'TRUE',
      );
    case 'or':
      return joined(
        filter.parts.map((part) => weakest(part, contains)),
        'OR',
        'FALSE',
      );
    case 'data':
      return joined((documentsOf(filter) ?? []).map(contains), 'OR', 'FALSE');
    case 'elements':
      return weakest(filter.filter, (element) => contains(documentWith(filter.path, [element])));
    default:
      throw new Error('No index finds the matches of this filter.');
  }
}

/**
 * Returns documents of which every match contains one; null if the condition has none by which the index can find them.
 * The index contains scalars with their paths, so a document without any would have to be compared with all others.
 */
function documentsOf(comparison: DataComparison): JsonValue[] | null {
  const documents = requiredBy(comparison);
  return documents?.every(hasScalar) ? documents : null;
}

function hasScalar(value: JsonValue): boolean {
  return typeof value !== 'object' || value === null || Object.values(value).some(hasScalar);
}

function requiredBy({ path, condition: { operator, operand, as } }: DataComparison): JsonValue[] | null {
  if (as !== undefined) return null;
  if (operator === '_eq') return [documentWith(path, operand)];
  if (operator === '_in') return operand.map((value) => documentWith(path, value));
  return operator === '_contains' ? containedIn(path, operand) : null;
}

/** Returns the documents of which a record must contain one to satisfy `_contains`. */
export function containedIn(path: FieldPath, operand: JsonValue): JsonValue[] {
  if (Array.isArray(operand)) return [documentWith(path, operand)];
  const asElement = documentWith(path, [operand]);
  return typeof operand === 'object' && operand !== null ? [documentWith(path, operand), asElement] : [asElement];
}

/** Returns a document that has only this value, at the path. */
export function documentWith(path: FieldPath, value: JsonValue): JsonValue {
  return path.reduceRight<JsonValue>((inner, name) => ({ [name]: inner }), value);
}
