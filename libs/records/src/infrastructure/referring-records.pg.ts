import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { Statement } from '@haven/database';
import type { JsonObject, JsonValue } from '@haven/kernel';
import { documentKeys } from '@haven/query';
import type { IndexDefinition } from '@haven/query';

import { ReferringRecords } from '../domain/referring-records.js';
import type { ReferringMember } from '../domain/referring-records.js';
import { documentWith } from './containment-sql.js';

/** Finds records by their links in PostgreSQL: by entries of the index on the member, or without one by containment. */
@Injectable()
export class PgReferringRecords extends ReferringRecords {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async find(member: ReferringMember, targets: readonly string[], limit: number): Promise<string[]> {
    const { name, sql, values } = selection(member, targets);
    const text = `SELECT DISTINCT id FROM (${sql}) AS link LIMIT $${values.length + 1}`;
    const rows = await this.rows({ name: `references.find.${name}`, text, values: [...values, limit] });
    return rows.flatMap(([id]) => id ?? []);
  }

  async count(member: ReferringMember, targets: readonly string[]): Promise<number> {
    const { name, sql, values } = selection(member, targets);
    const text = `SELECT count(DISTINCT id) FROM (${sql}) AS link`;
    const [[count] = []] = await this.rows({ name: `references.count.${name}`, text, values });
    return Number(count);
  }

  private async rows(statement: Statement) {
    const [rows = []] = await this.uow.current().pipeline([statement]);
    return rows;
  }
}

/** A selection of the ids of referring records; an id may occur several times. */
interface LinkSelection {
  readonly name: string;
  readonly sql: string;
  readonly values: unknown[];
}

function selection({ collectionId, path, index }: ReferringMember, targets: readonly string[]): LinkSelection {
  if (index)
    return { name: 'entries', sql: BY_ENTRIES, values: [collectionId, index.id, targets.flatMap(keysOf(path, index))] };
  const documents = targets.flatMap((id) => [id, [id]].map((value) => JSON.stringify(documentWith(path, value))));
  return { name: 'containment', sql: BY_CONTAINMENT, values: [collectionId, documents] };
}

const BY_ENTRIES = `
  SELECT record_id AS id FROM haven.index_entries
  WHERE tenant_id = haven.current_tenant() AND collection_id = $1 AND index_id = $2 AND key = ANY($3::bytea[])`;

const BY_CONTAINMENT = `
  SELECT found.id FROM unnest($2::jsonb[]) AS link (document) CROSS JOIN LATERAL (
    SELECT id FROM haven.live_records WHERE collection_id = $1::integer
      AND scoped_data @> jsonb_build_object(haven.current_tenant()::text || '/' || $1::integer, link.document)
  ) AS found`;

/** Returns the function that returns the keys of entries of a record that refers to `id`, alone or in an array. */
function keysOf(path: readonly string[], index: IndexDefinition): (id: string) => Buffer[] {
  return (id) => {
    const keys = (value: JsonValue) => documentKeys(index, documentWith(path, value) as JsonObject) ?? []; // has a path
    const [alone] = keys(id);
    const [, element] = keys([id]);
    return [alone, element].filter((key) => key !== undefined);
  };
}
