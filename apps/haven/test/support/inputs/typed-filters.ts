import { getNamedType, isInputObjectType } from 'graphql';
import type { GraphQLInputType } from 'graphql';

import { printPath } from '@haven/query';

import { KEYS } from './typed-things.js';

/** Writes a `where` argument as a filter, by the names of its types only. */
export function toGenericFilter(where: object, type: GraphQLInputType): Record<string, any> {
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return where;
  const filter: Record<string, any> = {};
  for (const [name, value] of Object.entries(where)) {
    const inner = named.getFields()[name]?.type;
    if (name === '_raw' || !inner) continue;
    if (ON_ELEMENTS.has(name)) filter[name] = toGenericFilter(value, inner);
    else if (!named.name.endsWith('Where')) filter[name] = named.name === 'DateTimeFilter' ? inTime(value) : value;
    else if (!isInputObjectType(getNamedType(inner))) filter[name] = value;
    else
      filter[pathOf(name)] = Array.isArray(value)
        ? value.map((one) => toGenericFilter(one, inner))
        : toGenericFilter(value, inner);
  }
  const { _raw: raw } = where as { _raw?: unknown };
  if (raw === undefined) return filter;
  return Object.keys(filter).length === 0 ? (raw as object) : { _and: [filter, raw] };
}

/** Writes an `orderBy` argument as the items of a sort. */
export function toGenericSort(orderBy: object[]): unknown[] {
  return orderBy.map((item) => {
    const path: string[] = [];
    let at: unknown = item;
    while (typeof at === 'object' && at !== null) {
      const [[name, value] = ['', null]] = Object.entries(at);
      path.push(pathOf(name));
      at = value;
    }
    const text = `${at === 'DESC' ? '-' : ''}${path.join('.')}`;
    return DATE_TIMES.has(path.join('.')) ? JSON.stringify({ path: text, type: 'dateTime' }) : text;
  });
}

/** Members whose strings a typed sort compares as points in time. */
const DATE_TIMES = new Set(['born', 'premiere', 'starts', 'booked']);
const ON_ELEMENTS = new Set(['_some', '_every', '_none']);
const SYSTEM = new Set(['_id', '_version', '_createdAt', '_updatedAt']);

function pathOf(name: string): string {
  if (SYSTEM.has(name)) return `$${name.slice(1)}`;
  return name.startsWith('_') ? name : printPath([KEYS.get(name) ?? name]);
}

function inTime(operand: unknown): unknown {
  if (Array.isArray(operand)) return operand.map(inTime);
  return typeof operand === 'string' ? { $dateTime: operand } : operand;
}
