import { Injectable } from '@nestjs/common';

import type { CollectionSnapshot } from '@haven/collections';
import { WriteConflict } from '@haven/database';
import type { IndexDefinition } from '@haven/query';

import { RecordStore } from '../domain/record-store.js';
import type { StoredRecord } from '../domain/stored-record.js';
import { UniqueValues } from '../domain/unique-values.js';
import type { ImportEntry } from './import-line-parser.js';
import { documentOf, valuesIn } from './unique-index.js';

/** Finds the records that the lines of an import replace, by their values in a unique index. */
@Injectable()
export class ImportUpserts {
  constructor(
    private readonly values: UniqueValues,
    private readonly store: RecordStore,
  ) {}

  /**
   * Gives each entry the id of the record that holds its value, if there is one, and locks these records. Of several
   * entries with the same value, only the last is returned. Throws `WriteConflict` if a record loses its value in the
   * meantime.
   */
  async lock(
    snapshot: CollectionSnapshot,
    index: IndexDefinition,
    entries: readonly ImportEntry[],
  ): Promise<{ entries: ImportEntry[]; current: Map<string, StoredRecord> }> {
    const documents = entries.map(({ data }) => documentOf(index, valuesIn(index, data)));
    const values = await this.values.holders(snapshot.id, index, documents);
    const byValue = new Map<string, ImportEntry>();
    for (const [position, entry] of entries.entries()) {
      const { hash = null, holder = null } = values[position] ?? {};
      if (hash !== null) byValue.set(hash, { ...entry, id: holder ?? entry.id });
    }
    const found = new Set(values.flatMap(({ holder }) => holder ?? []));
    if (found.size === 0) return { entries: [...byValue.values()], current: new Map() };
    const current = await this.store.lock(snapshot.id, [...found]);
    const after = await this.values.holders(snapshot.id, index, documents);
    if (after.some(({ holder }, position) => holder !== values[position]?.holder))
      throw new WriteConflict('A record has lost or got a value that the import replaces.');
    return { entries: [...byValue.values()], current };
  }
}
