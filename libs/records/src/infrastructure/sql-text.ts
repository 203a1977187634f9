import type { Ordering } from '@haven/query';

/** PostgreSQL's operators for Haven's. */
export const signs: Record<Ordering | '_eq', string> = { _eq: '=', _gt: '>', _gte: '>=', _lt: '<', _lte: '<=' };

/** The parts, all or one of which must hold. */
export function joined(parts: string[], word: 'AND' | 'OR', none: 'TRUE' | 'FALSE'): string {
  return parts.length < 2 ? (parts[0] ?? none) : `(${parts.join(` ${word} `)})`;
}

/** Appends a parameter and writes its place. */
export function bind(params: unknown[], value: unknown, type: string): string {
  params.push(value);
  return `$${params.length}::${type}`;
}
