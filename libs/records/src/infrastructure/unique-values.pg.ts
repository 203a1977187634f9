import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import { RawJson } from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

import type { LiveRecord } from '../domain/record-reader.js';
import { UniqueValues } from '../domain/unique-values.js';
import type { UniqueValue } from '../domain/unique-values.js';
import { definitionsText } from './index-definitions.js';
import { liveRecords, RECORD_COLUMNS } from './record-rows.js';
import { valueLock } from './value-lock.js';

/** Hash of a document's values in one unique index. Only SQL computes hashes, so there is one definition. */
const hashOf = (data: string, definition: string): string => `
  SELECT key FROM haven.index_keys(${definition}::jsonb, '${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}', 1, ${data}, now(), now())
  WHERE is_unique LIMIT 1`;

/**
 * The entry of the hash leads to the record. Its document is compared as well: the definition may come from a cache,
 * and entries of an index that has been dropped are no longer maintained.
 */
const FIND = `
SELECT ${RECORD_COLUMNS} FROM haven.live_records AS r
WHERE collection_id = $1 AND id = (
  SELECT record_id FROM haven.held_values
  WHERE collection_id = $1 AND index_id = $2 AND hash = (${hashOf('$4::jsonb', '$3')}) LIMIT 1
) AND (${hashOf('r.data', '$3')}) = (${hashOf('$4::jsonb', '$3')})`;

const HOLDERS = `
SELECT encode(value.key, 'hex'), holder.record_id
FROM unnest($4::jsonb[]) WITH ORDINALITY AS document (data, n)
LEFT JOIN LATERAL (${hashOf('document.data', '$3')}) AS value ON TRUE
LEFT JOIN LATERAL (
  SELECT record_id FROM haven.held_values
  WHERE collection_id = $1 AND index_id = $2 AND hash = value.key LIMIT 1
) AS holder ON TRUE
ORDER BY n`;

/** Finds records by unique values in PostgreSQL. */
@Injectable()
export class PgUniqueValues extends UniqueValues {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async find(
    caller: Caller,
    collectionId: number,
    index: IndexDefinition,
    document: JsonObject,
  ): Promise<LiveRecord | null> {
    const rows = await this.uow.read(
      caller,
      {
        name: 'records.findBy',
        text: FIND,
        values: [collectionId, index.id, definitionsText([index]), RawJson.of(document).text],
      },
      { mayLag: true },
    );
    return liveRecords(rows)[0] ?? null;
  }

  async holders(
    collectionId: number,
    index: IndexDefinition,
    documents: readonly JsonObject[],
  ): Promise<UniqueValue[]> {
    if (documents.length === 0) return [];
    const texts = documents.map((document) => RawJson.of(document).text);
    const [rows = []] = await this.uow.current().pipeline([
      {
        name: 'unique.holders',
        text: HOLDERS,
        values: [collectionId, index.id, definitionsText([index]), texts],
      },
    ]);
    return rows.map(([hash = null, holder = null]) => ({ hash, holder }));
  }

  async lock(collectionId: number, index: IndexDefinition, hash: string): Promise<void> {
    await this.uow.current().pipeline([
      {
        name: 'unique.lock',
        text: `SELECT ${valueLock('$1', '$2::integer', '$3::text')}`,
        values: [collectionId, index.id, hash],
      },
    ]);
  }
}
