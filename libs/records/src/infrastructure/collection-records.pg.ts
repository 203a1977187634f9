import { Injectable } from '@nestjs/common';

import { CollectionRecordsPort } from '@haven/collections';
import type { Collection, IndexDuplicates, Reference } from '@haven/collections';
import { UnitOfWork } from '@haven/database';
import { Precondition } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

import type { LiveRecord } from '../domain/record-reader.js';
import { RecordReader } from '../domain/record-reader.js';
import { RecordStore } from '../domain/record-store.js';
import { removedEvent } from '../domain/stored-record.js';
import { danglingLinks, MISSING_RECORDS } from './dangling-links.js';
import { holdValues } from './hold-values.js';

const EVERYTHING = { kind: 'and', parts: [] } as const;

/** Gives the collections library access to records in PostgreSQL. */
@Injectable()
export class PgCollectionRecords extends CollectionRecordsPort {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly reader: RecordReader,
    private readonly store: RecordStore,
  ) {
    super();
  }

  scan(collectionId: number): AsyncIterable<readonly LiveRecord[]> {
    return this.reader.stream(collectionId, { filter: EVERYTHING, indexes: [] });
  }

  async any(collectionId: number): Promise<boolean> {
    const [row] = await this.uow
      .current()
      .query<{ any: boolean }>(`SELECT EXISTS (SELECT FROM haven.live_records WHERE collection_id = $1) AS any`, [
        collectionId,
      ]);
    return row?.any ?? false;
  }

  async danglingLinks(records: readonly LiveRecord[], reference: Reference, targetId: number): Promise<string[]> {
    const dangling = await danglingLinks(records, reference, async (ids) => {
      const [rows = []] = await this.uow
        .current()
        .pipeline([{ name: 'reference.missing', text: MISSING_RECORDS, values: [targetId, ids] }]);
      return rows.flatMap(([id]) => id ?? []);
    });
    return dangling.map(({ record }) => record);
  }

  holdValues(
    collectionId: number,
    indexes: readonly IndexDefinition[],
    options: { readonly dryRun: boolean },
  ): Promise<IndexDuplicates[]> {
    return holdValues(this.uow.current(), collectionId, indexes, options);
  }

  async deleteAll(collection: Collection): Promise<void> {
    const { id, name, revision } = collection;
    for await (const batch of this.scan(id)) {
      await this.store.append(
        { id, name, revision, indexes: [], indexesText: null, search: null }, // a background task removes all entries
        batch.map((record) => removedEvent(record.id, record, Precondition.none)),
      );
    }
  }
}
