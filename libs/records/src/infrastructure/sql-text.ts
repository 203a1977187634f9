import type { Ordering } from '@haven/query';

/** Maps Haven's operators to PostgreSQL's. */
export const signs: Record<Ordering | '_eq', string> = { _eq: '=', _gt: '>', _gte: '>=', _lt: '<', _lte: '<=' };

/** Joins conditions with AND or OR; `none` is the result without conditions. */
export function joined(parts: string[], word: 'AND' | 'OR', none: 'TRUE' | 'FALSE'): string {
  return parts.length < 2 ? (parts[0] ?? none) : `(${parts.join(` ${word} `)})`;
}

/** Appends a parameter and returns its placeholder. */
export function bind(params: unknown[], value: unknown, type: string): string {
  params.push(value);
  return `$${params.length}::${type}`;
}

/** SQL of a number: the number itself or, if the text of the statement must not depend on it, a placeholder. */
export type NumberSql = number | string;
