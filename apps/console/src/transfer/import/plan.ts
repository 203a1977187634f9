import type { CollectionView } from '../../api/types.js';
import type { Column } from '../../columns/columns.js';
import { assignCells } from '../tables/assignments.js';
import type { Assignment } from '../tables/assignments.js';
import type { Decimal } from './column-stats.js';
import type { Scan } from './scan.js';

/** How a file becomes records. */
export interface ImportPlan {
  /** Whether the items are records with id and data, or documents of new records. */
  shape: 'record' | 'document';
  /** The unique index by which records are found that are replaced; null creates a record for each document. */
  upsertBy: string | null;
  /** Whether bad lines are skipped, or nothing is imported if there is one. */
  mode: 'skip' | 'atomic';
  /** CSV: whether the first row has the names of the columns. */
  firstRow: 'names' | 'values';
  /** CSV: what becomes of each column. */
  assignments: readonly Assignment[];
  decimal: Decimal;
  /** CSV: what becomes of an empty cell. */
  empty: 'missing' | 'null';
}

/** Proposes how to import a file. */
export function proposePlan(scan: Scan, columns: readonly Column[], firstRow: ImportPlan['firstRow']): ImportPlan {
  const { shape, decimal, sample, types } = scan;
  return {
    shape,
    upsertBy: null,
    mode: 'skip',
    firstRow,
    assignments: assignCells(sample[0]?.cells ?? [], { types, columns, shape, firstRow }),
    decimal,
    empty: 'missing',
  };
}

/**
 * Whether records of the file can refer to each other. A record that refers to one in a later part of the file is
 * refused, and a dry run does not know the records of earlier parts either.
 */
export function canLinkWithin({ name, references }: CollectionView, { shape }: Pick<ImportPlan, 'shape'>): boolean {
  return shape === 'record' && references.some(({ collection }) => collection === name);
}
