import { Injectable } from '@nestjs/common';

import { KeysetPages } from '@haven/api';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { HavenError, limitExceeded, notFound, Precondition, pinToPrimary } from '@haven/kernel';
import type { Caller, Slice, PageRequest } from '@haven/kernel';
import { Quotas } from '@haven/usage';

import { Collection } from '../domain/collection.js';
import type { CollectionSettings } from '../domain/collection.js';
import { CollectionsRepository } from '../domain/collections.repository.js';
import { CollectionRecordsPort } from './collection-records.port.js';
import { BreakingRecordsView, CollectionView, DEFAULT_SETTINGS, mergeSettings } from './collections.contract.js';
import type { CollectionSettingsInput, NewCollectionInput } from './collections.contract.js';
import { CompiledSchemas } from './compiled-schemas.js';

/** How a change of a collection is meant. */
export interface ChangeOptions {
  /** What must hold of the revision. */
  precondition: Precondition;
  /** Change nothing: answer the collection as it would be, and the stored records that would break. */
  dryRun?: boolean;
}

const SAMPLE_IDS = 20;

/** The use cases of collections: create, read, change, delete. */
@Injectable()
export class CollectionsService {
  constructor(
    private readonly collections: CollectionsRepository,
    private readonly records: CollectionRecordsPort,
    private readonly schemas: CompiledSchemas,
    private readonly uow: UnitOfWork,
    private readonly quotas: Quotas,
    private readonly pages: KeysetPages,
    private readonly config: HavenConfig,
  ) {}

  /** Makes a collection; `ALREADY_EXISTS` if the name is taken, `SCHEMA_INVALID` if the schema can not be used. */
  create(caller: Caller, { name, ...input }: NewCollectionInput): Promise<CollectionView> {
    caller.access.requireScope('collections:write', name);
    return this.uow.run(caller, async () => new CollectionView(await this.add(name, input)));
  }

  /** One collection by name. */
  get(caller: Caller, name: string): Promise<CollectionView> {
    caller.access.requireVisible(name);
    return this.uow.run(caller, async () => new CollectionView(await this.require(name)));
  }

  /** The tenant's collections by name; of a key that is held to some, those. */
  list(caller: Caller, page: PageRequest): Promise<Slice<CollectionView>> {
    caller.access.requireSomeVisible();
    const { collections: among } = caller.access;
    return this.pages.page(page, {
      binding: `${caller.tenantId}/collections`,
      keyOf: ({ name }: Collection) => [name],
      read: ([after = ''] = [], limit) => this.uow.run(caller, () => this.collections.list(after, limit, among)),
      view: (collection) => new CollectionView(collection),
      count: () => this.uow.run(caller, () => this.collections.count(among)),
    });
  }

  /** Sets all settings of a collection, what is left out to its default; makes it if there is none. */
  replace(
    caller: Caller,
    name: string,
    input: CollectionSettingsInput,
    options: ChangeOptions,
  ): Promise<{ collection: CollectionView; created: boolean }> {
    caller.access.requireScope('collections:write', name);
    return this.uow.run(caller, async () => {
      await this.collections.lock(name, 'exclusive');
      const collection = await this.collections.find(name);
      if (collection)
        return {
          collection: await this.revise(collection, mergeSettings(DEFAULT_SETTINGS, input), options),
          created: false,
        };
      options.precondition.check(null);
      return { collection: new CollectionView(await this.add(name, input, options.dryRun)), created: !options.dryRun };
    });
  }

  /** Changes the settings that are named; `SCHEMA_INCOMPATIBLE` if stored records would break, unless `enforce` is `new`. */
  change(
    caller: Caller,
    name: string,
    input: CollectionSettingsInput,
    options: ChangeOptions,
  ): Promise<CollectionView> {
    caller.access.requireScope('collections:write', name);
    return this.uow.run(caller, async () => {
      await this.collections.lock(name, 'exclusive');
      const collection = await this.require(name);
      return this.revise(collection, mergeSettings(collection.settings(), input), options);
    });
  }

  /** Deletes a collection; one that holds records only with `cascade`, which deletes each of them first. */
  delete(caller: Caller, name: string, precondition: Precondition, cascade = false): Promise<void> {
    caller.access.requireScope('collections:write', name);
    return this.uow.run(caller, async () => {
      await this.collections.lock(name, 'exclusive');
      const collection = await this.require(name);
      collection.delete(precondition, new Date());
      if (cascade) await this.records.deleteAll(collection);
      else if (await this.records.any(collection.id)) {
        throw new HavenError(
          'COLLECTION_NOT_EMPTY',
          `The collection ${JSON.stringify(name)} holds records; cascade deletes them too.`,
        );
      }
      await this.collections.store(collection);
      this.uow.current().afterCommit(() => this.records.alignIndexes(collection));
    });
  }

  private async add(name: string, input: CollectionSettingsInput, dryRun = false): Promise<Collection> {
    const collection = Collection.create(name, this.checked(mergeSettings(DEFAULT_SETTINGS, input)), new Date());
    if (collection.schema !== null) this.schemas.compile(collection.schema);
    if (dryRun) return collection;
    const { caller } = this.uow.current();
    await this.quotas.demandOne(caller, caller.tenantId, 'collections');
    await this.collections.add(collection);
    this.uow.current().afterCommit(() => this.records.alignIndexes(collection));
    return collection;
  }

  private async revise(
    collection: Collection,
    settings: CollectionSettings,
    options: ChangeOptions,
  ): Promise<CollectionView> {
    const before = listBinding(collection);
    collection.revise(this.checked(settings), options.precondition, new Date());
    const breaking = before === listBinding(collection) ? none() : await this.breaking(collection);
    if (options.dryRun) return new CollectionView(collection, breaking);
    if (breaking.count > 0 && collection.enforce === 'all') throw incompatible(breaking);
    await this.collections.store(collection);
    this.uow.current().afterCommit(() => this.records.alignIndexes(collection));
    return new CollectionView(collection);
  }

  private async breaking({ id, schema }: Collection): Promise<BreakingRecordsView> {
    const breaking = none();
    if (schema === null) return breaking;
    const compiled = this.schemas.compile(schema);
    for await (const batch of this.records.scan(id)) {
      for (const record of batch) {
        if (compiled.accepts(record.data)) continue;
        breaking.count += 1;
        if (breaking.ids.length < SAMPLE_IDS) breaking.ids.push(record.id);
      }
    }
    return breaking;
  }

  private checked(settings: CollectionSettings): CollectionSettings {
    const { indexesPerCollection } = this.config.limits;
    if (settings.indexes.length > indexesPerCollection)
      throw limitExceeded('limits.indexesPerCollection', indexesPerCollection, '/indexes');
    return { ...settings, indexes: [...new Set(settings.indexes.map((path) => this.records.canonicalPath(path)))] };
  }

  private async require(name: string): Promise<Collection> {
    const collection = await this.collections.find(name);
    if (collection) return collection;
    pinToPrimary(this.uow.current().caller); // a replica may still have it
    throw notFound('collection', name);
  }
}

/** What decides whether stored records may break: the schema, and whether it binds them. */
function listBinding({ schema, enforce }: Collection): string {
  return JSON.stringify([schema, enforce]);
}

function none(): BreakingRecordsView {
  return Object.assign(new BreakingRecordsView(), { count: 0, ids: [] });
}

function incompatible({ count, ids }: BreakingRecordsView): HavenError {
  return new HavenError(
    'SCHEMA_INCOMPATIBLE',
    `${count} stored records would break, such as ${ids.slice(0, 3).join(', ')}.`,
    {
      errors: ids.map((id) => ({
        code: 'SCHEMA_INCOMPATIBLE',
        detail: `Record ${id} would break.`,
        pointer: '/schema',
      })),
    },
  );
}
