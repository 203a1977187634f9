import { DATA_PREFIX, writeCsv } from '@haven/csv';
import type { CsvFormat } from '@haven/csv';
import { HavenError } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import type { RecordSnapshot } from '../domain/record-snapshots.js';
import type { LineShape } from './transfer-format.js';

/** Writes records as CSV, with the columns that an import with the same shape reads. */
export class CsvExport {
  constructor(
    private readonly collection: string,
    private readonly shape: LineShape,
    private readonly members: readonly string[],
    private readonly format: CsvFormat,
  ) {}

  header(): string {
    if (this.shape === 'document') return this.members.length === 0 ? '' : writeCsv([this.members], this.format);
    const data = this.members.map((name) => `${DATA_PREFIX}${name}`);
    return writeCsv([['id', 'collection', 'version', ...data, 'createdAt', 'updatedAt']], this.format);
  }

  rows(records: readonly LiveRecord[]): string {
    return writeCsv(
      records.map((record) => this.row(record)),
      this.format,
    );
  }

  private row({ id, version, data, createdAt, updatedAt }: LiveRecord): unknown[] {
    const cells = this.members.map((name) => ownMember(data, name));
    return this.shape === 'document' ? cells : [id, this.collection, version, ...cells, createdAt, updatedAt];
  }
}

/** Returns the names of all members of all documents, in the order in which they occur. */
export async function memberNames(snapshot: RecordSnapshot, max: number, check: () => void): Promise<string[]> {
  const names = new Set<string>();
  for await (const page of snapshot.pages()) {
    check();
    for (const { data } of page) for (const name of Object.keys(data)) names.add(name);
    if (names.size > max) {
      const detail = `The documents have more than ${max} different members (limits.jsonKeys); name the columns.`;
      throw new HavenError('LIMIT_EXCEEDED', detail, {
        errors: [{ code: 'LIMIT_EXCEEDED', detail, pointer: '/columns' }],
      });
    }
  }
  return [...names];
}

function ownMember(data: JsonObject, name: string): unknown {
  return Object.hasOwn(data, name) ? data[name] : undefined;
}
