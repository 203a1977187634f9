import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { And, EntitySchema, In, IsNull, LessThan, MoreThan, Repository } from 'typeorm';

import { TENANT_ID, UnitOfWork } from '@haven/database';
import type { TenantScoped } from '@haven/database';
import { HavenError, sqlState } from '@haven/kernel';
import type { KeysetRange } from '@haven/kernel';

import { Collection } from '../domain/collection.js';
import { CollectionsRepository } from '../domain/collections.repository.js';
import { collectionLock } from './collection-lock.js';

/** A {@link Collection} with its tenant. */
type CollectionRow = Collection & TenantScoped;

/** Maps a {@link Collection} to its row. */
export const CollectionSchema = new EntitySchema<CollectionRow>({
  name: 'Collection',
  target: Collection,
  schema: 'haven',
  tableName: 'collections',
  columns: {
    tenantId: TENANT_ID,
    id: { type: 'int', primary: true, generated: 'increment' },
    name: { type: 'text', collation: 'C' },
    revision: { type: 'int' },
    description: { type: 'text', nullable: true },
    schema: { type: 'json', nullable: true },
    schemaText: { type: 'text', name: 'schema_text', nullable: true },
    schemaTextRevision: { type: 'int', name: 'schema_text_revision', nullable: true },
    enforce: { type: 'text' },
    requirePrecondition: { type: 'boolean', name: 'require_precondition' },
    cache: { type: 'jsonb', nullable: true },
    cacheChangedAt: { type: 'timestamptz', precision: 3, name: 'cache_changed_at', nullable: true },
    declaredIndexes: { type: 'jsonb', name: 'declared_indexes' },
    indexes: { type: 'jsonb' },
    search: { type: 'jsonb', nullable: true },
    referrers: { type: 'jsonb' },
    history: { type: 'jsonb', nullable: true },
    createdAt: { type: 'timestamptz', precision: 3, name: 'created_at' },
    updatedAt: { type: 'timestamptz', precision: 3, name: 'updated_at' },
    deletedAt: { type: 'timestamptz', precision: 3, name: 'deleted_at', nullable: true },
  },
});

/** Stores collections in PostgreSQL. The row of a deleted collection remains, because its events refer to it. */
@Injectable()
export class TypeOrmCollections extends CollectionsRepository {
  constructor(
    @InjectRepository(Collection) private readonly table: Repository<CollectionRow>,
    private readonly uow: UnitOfWork,
  ) {
    super();
  }

  async find(name: string): Promise<Collection | null> {
    return this.repository.findOneBy({ ...this.live, name });
  }

  async list(
    { beyond = '', backwards, limit }: KeysetRange<string>,
    among?: ReadonlySet<string>,
  ): Promise<Collection[]> {
    const isBeyond = backwards && beyond !== '' ? LessThan(beyond) : MoreThan(backwards ? '' : beyond);
    return this.repository.find({
      where: { ...this.live, name: among ? And(isBeyond, In([...among])) : isBeyond },
      order: { name: backwards ? 'DESC' : 'ASC' },
      take: limit,
    });
  }

  async count(among?: ReadonlySet<string>): Promise<number> {
    return this.repository.countBy({ ...this.live, ...(among && { name: In([...among]) }) });
  }

  async add(collection: Collection): Promise<void> {
    const { id: _, ...row } = collection;
    try {
      // `as never` is needed because TypeORM's type for partial rows does not support recursive JSON types.
      const { identifiers } = await this.repository.insert(row satisfies object as never);
      collection.id = Number(identifiers[0]?.['id']);
    } catch (error) {
      if (sqlState(error) !== '23505') throw error;
      throw new HavenError('ALREADY_EXISTS', `A collection named ${JSON.stringify(collection.name)} already exists.`);
    }
  }

  async store(collection: Collection): Promise<void> {
    const { id, ...row } = collection;
    const { affected } = await this.repository.update(
      { ...this.uow.current().owned, id },
      row satisfies object as never,
    );
    if (affected !== 1) throw new Error(`Collection ${id} does not exist any more.`);
  }

  async lock(name: string, mode: 'shared' | 'exclusive'): Promise<void> {
    const transaction = this.uow.current();
    await transaction.pipeline([collectionLock(transaction.caller, name, mode)]);
  }

  private get repository(): Repository<CollectionRow> {
    return this.uow.current().repository(this.table);
  }

  /** Returns the conditions that select the tenant's collections that are not deleted. */
  private get live() {
    return { ...this.uow.current().owned, deletedAt: IsNull() };
  }
}
