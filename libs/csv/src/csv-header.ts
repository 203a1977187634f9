import { HavenError } from '@haven/kernel';

import type { CsvFaults } from './csv-faults.js';
import type { CsvOptions } from './csv-options.js';
import type { CsvCell, CsvRow } from './csv-rows.js';

/** A column of a CSV. */
export interface CsvColumn {
  /** The name in the header. */
  name: string;
  /** The member of the document; undefined for other columns. */
  member?: string | undefined;
  /** `id`: the id of the record. `ignored`: a column of an export that an import does not use. */
  role: 'member' | 'id' | 'ignored';
}

/** Columns of records that are not members of the document. An import creates new versions, with new times. */
const RECORD_COLUMNS = ['id', 'collection', 'version', 'createdAt', 'updatedAt'];
export const DATA_PREFIX = 'data.';

/** Reads the header of a CSV. Adds what is wrong with it to `faults`. */
export function readHeader({ cells, line }: CsvRow, { shape, maxColumns }: CsvOptions, faults: CsvFaults): CsvColumn[] {
  if (cells.length > maxColumns) {
    const detail = `The CSV has ${cells.length} columns; the maximum is ${maxColumns} (limits.jsonKeys).`;
    throw new HavenError('LIMIT_EXCEEDED', detail, { errors: [{ code: 'LIMIT_EXCEEDED', detail, pointer: '' }] });
  }
  const seen = new Set<CsvCell>();
  return cells.map((cell, index) => {
    const name = cell ?? '';
    if (name === '') faults.add(line, `Column ${index + 1} has no name in the header.`);
    else if (seen.has(name)) faults.add(line, `Two columns are named ${JSON.stringify(name)}.`);
    seen.add(name);
    if (shape === 'document') return { name, member: name, role: 'member' };
    if (name.startsWith(DATA_PREFIX)) return { name, member: name.slice(DATA_PREFIX.length), role: 'member' };
    if (name !== '' && !RECORD_COLUMNS.includes(name)) {
      faults.add(
        line,
        `The column ${JSON.stringify(name)} is unknown: records have the columns id and data.x, for each member x.`,
      );
    }
    return { name, role: name === 'id' ? 'id' : 'ignored' };
  });
}
