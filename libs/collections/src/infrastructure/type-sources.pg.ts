import { createHash } from 'node:crypto';

import { Injectable } from '@nestjs/common';

import { UnitOfWork } from '@haven/database';
import type { TextRow } from '@haven/database';
import { readJson } from '@haven/kernel';
import type { Caller, JsonObject } from '@haven/kernel';

import type { DeclaredIndex } from '../domain/declared-index.js';
import type { DeclaredSearch } from '../domain/declared-search.js';
import { typeSourceOf } from '../domain/type-source.js';
import type { TypeSource } from '../domain/type-source.js';
import { TypeSourcesRepository } from '../domain/type-sources.js';
import type { TypeSources } from '../domain/type-sources.js';

/**
 * Reads the settings of a tenant's collections from the primary: types that a replica has not replayed yet would seem
 * to be those of a client that has just changed them.
 */
@Injectable()
export class PgTypeSources extends TypeSourcesRepository {
  constructor(private readonly uow: UnitOfWork) {
    super();
  }

  async fingerprint(caller: Caller): Promise<string> {
    const [row] = await this.uow.read(caller, { name: 'types.fingerprint', text: FINGERPRINT, values: [] });
    return row?.[0] ?? '';
  }

  async load(caller: Caller, known?: TypeSources): Promise<TypeSources> {
    const read = [...(known?.sources.values() ?? [])].filter(({ source }) => !source.isOmitted);
    const values = [
      read.map(({ id }) => id),
      read.map(({ revision }) => revision),
      read.map(({ size }) => size),
      MOST_BYTES,
    ];
    const rows = await this.uow.read(caller, { name: 'types.load', text: LOAD, values }, { isLong: true });
    const sources = new Map<number, TypeSource>();
    const fingerprint = createHash('sha256');
    for (const [index, row] of rows.entries()) {
      const [id, revision, isKnown] = [Number(row[0]), Number(row[1]), row[2] === 't'];
      fingerprint.update(`${index === 0 ? '' : ','}${id}.${revision}`);
      sources.set(id, (isKnown && known?.sources.get(id)) || sourceOfRow(id, revision, row));
    }
    return { fingerprint: fingerprint.digest('hex'), sources };
  }
}

/** Maximum length of the schemas of a tenant from which types are derived, so that they fit into memory. */
const MOST_BYTES = 8 * 2 ** 20;

function sourceOfRow(id: number, revision: number, row: TextRow): TypeSource {
  const [, , , size, isOmitted, name, description, schema, indexes, search] = row;
  const found = typeSourceOf({
    id,
    revision,
    name: name ?? '',
    description: description ?? null,
    schema: schema == null ? null : (readJson(schema) as JsonObject), // a column of JSON objects
    declaredIndexes: JSON.parse(indexes ?? '[]') as DeclaredIndex[], // written by this library only
    search: search == null ? null : (JSON.parse(search) as DeclaredSearch),
  });
  const source = isOmitted === 't' ? { ...found.source, isOmitted: true } : found.source;
  return { ...found, source, size: Number(size) };
}

const FINGERPRINT = `
SELECT encode(sha256(convert_to(coalesce(string_agg(id || '.' || revision, ',' ORDER BY id), ''), 'UTF8')), 'hex')
FROM haven.collections WHERE tenant_id = haven.current_tenant() AND deleted_at IS NULL`;

/** Returns only the ids and revisions of the collections that are known. In the order of names, sizes are limited. */
const LOAD = `
SELECT id, revision, is_known AND fits, size, NOT fits, name, description,
  CASE WHEN fits AND NOT is_known THEN schema::text END, CASE WHEN NOT is_known THEN declared_indexes::text END,
  CASE WHEN NOT is_known THEN search::text END
FROM (
  SELECT *, sum(size) OVER (ORDER BY name) <= $4::bigint AS fits FROM (
    SELECT c.*, known.id IS NOT NULL AS is_known, coalesce(known.size, octet_length(c.schema::text), 0) AS size
    FROM haven.collections AS c
    LEFT JOIN unnest($1::integer[], $2::integer[], $3::integer[]) AS known (id, revision, size)
      ON known.id = c.id AND known.revision = c.revision
    WHERE c.tenant_id = haven.current_tenant() AND c.deleted_at IS NULL
  ) AS measured
) AS found ORDER BY id`;
