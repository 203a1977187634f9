import type { JsonValue } from '@haven/kernel';

import type { ComputedColumn, GroupField } from './aggregate-query.js';
import { averageOf } from './decimal.js';
import type { Measure } from './measure.js';

/** The value of a column in a group, and how many values it did not use because of their type. */
export interface ColumnValue {
  readonly value: JsonValue;
  readonly ignored: number;
}

/** Returns the text of a measure in a group. */
export type MeasureReader = (measure: Measure) => string | null;

/** Returns what the database must determine for these groups and columns, without duplicates. */
export function measuresOf(groupBy: readonly GroupField[], compute: readonly ComputedColumn[]): Measure[] {
  const all: Measure[] = [
    { kind: 'records' },
    ...groupBy.flatMap(({ bucket, field }, group): Measure[] =>
      bucket && 'path' in field ? [{ kind: 'unbucketed', group }] : [],
    ),
    ...compute.flatMap(readsOf),
  ];
  return [...new Map(all.map((measure) => [measureKey(measure), measure])).values()];
}

/** Returns the measures that `columnValue` reads for a column, in the order in which it does. */
export function readsOf(column: ComputedColumn): Measure[] {
  const reads: Measure[] = [];
  columnValue(column, (measure) => {
    reads.push(measure);
    return null;
  });
  return reads;
}

/** Returns a text that is the same for equal measures only. */
export function measureKey(measure: Measure): string {
  return JSON.stringify(measure);
}

/** Computes a column. It reads the same measures in the same order for every group. */
export function columnValue(column: ComputedColumn, read: MeasureReader): ColumnValue {
  if (column.field === undefined) return { value: count(read({ kind: 'records' })), ignored: 0 };
  const { field } = column;
  const present = count(read({ kind: 'present', field }));
  switch (column.function) {
    case 'count':
      return { value: present, ignored: 0 };
    case 'distinct':
      return { value: count(read({ kind: 'distinct', field })), ignored: 0 };
    case 'min':
    case 'max':
      return extreme(column.function, field, present, read);
  }
  const numbers = count(read({ kind: 'numbers', field }));
  const ignored = present - numbers;
  if (column.function === 'percentile') {
    const text = read({ kind: 'percentile', field, fraction: column.fraction });
    return { value: text === null ? null : double(text), ignored };
  }
  const sum = read({ kind: 'sum', field }) ?? '0';
  if (column.function === 'sum') return { value: double(sum), ignored };
  return { value: numbers === 0 ? null : averageOf(sum, numbers), ignored };
}

/** Returns the least or greatest number, or, without numbers, the first or last string. */
function extreme(name: 'min' | 'max', field: GroupField['field'], present: number, read: MeasureReader): ColumnValue {
  const number = read({ kind: name === 'min' ? 'leastNumber' : 'greatestNumber', field });
  const text = read({ kind: name === 'min' ? 'leastString' : 'greatestString', field });
  const numbers = count(read({ kind: 'numbers', field }));
  const strings = count(read({ kind: 'strings', field }));
  return number === null
    ? { value: text, ignored: present - strings }
    : { value: double(number), ignored: present - numbers };
}

function count(text: string | null): number {
  return Number(text ?? 0);
}

/** Reads a decimal, rounded to the nearest double. There is no negative zero. */
function double(text: string): number {
  return Number(text) + 0;
}
