import { Injectable } from '@nestjs/common';

import { PgPubSub, UnitOfWork } from '@haven/database';

import { INDEX_BUILDS_CHANNEL } from '../domain/channels.js';
import type { Collection } from '../domain/collection.js';
import type { DeclaredIndex } from '../domain/declared-index.js';
import type { DeclaredSearch } from '../domain/declared-search.js';
import { IndexBuilds } from '../domain/index-builds.js';
import type { BuildProgresses } from '../domain/index-builds.js';

/** Stores in `haven.index_builds` what the background job has to do. */
@Injectable()
export class PgIndexBuilds extends IndexBuilds {
  constructor(
    private readonly uow: UnitOfWork,
    private readonly pubSub: PgPubSub,
  ) {
    super();
  }

  async identify(indexes: readonly DeclaredIndex[]): Promise<DeclaredIndex[]> {
    const missing = indexes.filter(({ id }) => id === 0).length;
    if (missing === 0) return [...indexes];
    const rows = await this.uow.current().query<{ id: number }>(NEXT_IDS, [missing]);
    const ids = rows.map(({ id }) => id);
    return indexes.map((index) => (index.id === 0 ? { ...index, id: ids.shift() ?? 0 } : index));
  }

  async identifySearch(search: DeclaredSearch | null): Promise<DeclaredSearch | null> {
    if (search?.id !== 0) return search;
    const [row] = await this.uow.current().query<{ id: number; server: number }>(NEXT_SEARCH);
    if (!row) throw new Error('The sequence of index ids returned no id.');
    return { ...search, id: row.id, builtWith: row.server };
  }

  async plan(collection: Collection, before: readonly number[]): Promise<void> {
    const now = new Set(collection.buildIds);
    const known = new Set(before);
    const fill = [...now].filter((id) => !known.has(id));
    const drop = [...known].filter((id) => !now.has(id));
    if (fill.length + drop.length === 0) return;
    await this.uow.current().query(PLAN, [collection.id, fill, drop]);
    this.uow.current().afterCommit(() => this.start());
  }

  async progressOf(collections: readonly Collection[]): Promise<BuildProgresses> {
    const isBuilding = (built: Pick<DeclaredIndex, 'state'> | null) => built?.state === 'building';
    const building = collections.filter(
      ({ declaredIndexes, search }) => isBuilding(search) || declaredIndexes.some(isBuilding),
    );
    if (building.length === 0) return new Map();
    const rows = await this.uow.current().query<ProgressRow>(PROGRESS, [building.map(({ id }) => id)]);
    return new Map(rows.map(({ id, done, total }) => [id, { done, total }]));
  }

  start(): void {
    this.pubSub.publish(INDEX_BUILDS_CHANNEL);
  }
}

interface ProgressRow {
  readonly id: number;
  readonly done: number;
  readonly total: number | null;
}

const NEXT_IDS = "SELECT nextval('haven.index_ids')::integer AS id FROM generate_series(1, $1::integer)";

const NEXT_SEARCH = `
SELECT nextval('haven.index_ids')::integer AS id, current_setting('server_version_num')::integer / 10000 AS server`;

/** An index that is undeclared while it is filled is dropped instead. */
const PLAN = `
INSERT INTO haven.index_builds (tenant_id, collection_id, index_id, task, done, created_at)
SELECT haven.current_tenant(), $1::integer, w.id, w.task, 0, now() FROM (
  SELECT unnest($2::integer[]) AS id, 'fill' AS task UNION ALL SELECT unnest($3::integer[]), 'drop'
) AS w
ON CONFLICT (tenant_id, collection_id, index_id) DO UPDATE SET task = excluded.task, after = NULL, skipped = '{}'`;

const PROGRESS = `
SELECT index_id AS id, done::float8 AS done, nullif(total, 0)::float8 AS total FROM haven.index_builds
WHERE tenant_id = haven.current_tenant() AND collection_id = ANY($1::integer[]) AND task = 'fill'`;
