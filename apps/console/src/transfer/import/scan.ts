import type { Cell, Item } from '../files/item.js';
import { itemsOf } from '../files/source-file.js';
import type { SourceFile } from '../files/source-file.js';
import type { CellType } from '../tables/cell-types.js';
import { ColumnStats } from './column-stats.js';
import type { Decimal } from './column-stats.js';
import { MemberStats } from './member-stats.js';
import type { MemberSummary } from './member-stats.js';

/** Content of a file, as far as the preview needs it. */
export interface Scan {
  source: SourceFile;
  /** Number of items, with the header of CSV. */
  count: number;
  /** The first items. */
  sample: readonly Item[];
  /** CSV: sign in numbers before their fraction. */
  decimal: Decimal;
  /** CSV: types of the columns, without the first row. */
  types: readonly CellType[];
  /** JSON: members of the documents. */
  members: readonly MemberSummary[];
  /** Whether the items are records with id and data, as in an export. */
  shape: 'record' | 'document';
}

const SAMPLE = 50;

/** Reads a whole file once: the types of its columns depend on all cells. */
export async function scan(source: SourceFile, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Scan> {
  try {
    return await scanAs(source, onBytes, signal);
  } catch (error) {
    if (!(error instanceof TypeError) || source.encoding !== 'utf-8' || source.kind !== 'csv') throw error;
    return scanAs({ ...source, encoding: 'windows-1252' }, onBytes, signal); // spreadsheets still write it
  }
}

async function scanAs(source: SourceFile, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<Scan> {
  const sample: Item[] = [];
  const points: ColumnStats[] = [];
  const commas: ColumnStats[] = [];
  const members = new MemberStats();
  let count = 0;
  for await (const items of itemsOf(source, onBytes)) {
    signal.throwIfAborted();
    for (const item of items) {
      count += 1;
      if (sample.length < SAMPLE) sample.push(item);
      if (!item.cells) members.add(item);
      else if (count > 1) {
        addCells(item.cells, points, '.');
        if (source.separator === ';') addCells(item.cells, commas, ',');
      }
    }
  }
  const decimal = numbersIn(commas) > numbersIn(points) ? ',' : '.';
  const types = (decimal === ',' ? commas : points).map(({ type }) => type);
  const shape = source.kind === 'csv' ? csvShape(sample[0]?.cells ?? []) : members.shape;
  return { source, count, sample, decimal, types, members: members.summaries, shape };
}

function addCells(cells: readonly Cell[], stats: ColumnStats[], decimal: Decimal): void {
  cells.forEach((cell, index) => (stats[index] ??= new ColumnStats(decimal)).add(cell));
}

function numbersIn(stats: readonly ColumnStats[]): number {
  return stats.filter(({ type }) => type === 'number').length;
}

/** An exported table of records has the columns `id` and `data.…`. */
function csvShape(header: readonly Cell[]): 'record' | 'document' {
  return header.includes('id') && header.some((name) => name?.startsWith('data.')) ? 'record' : 'document';
}
