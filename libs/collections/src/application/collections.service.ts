import { Injectable } from '@nestjs/common';

import { ascending, KeysetPages } from '@haven/api';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { HavenError, invalid, limitExceeded, notFound, Precondition, pinToPrimary } from '@haven/kernel';
import type { Caller, Slice, PageRequest } from '@haven/kernel';
import type { TenantTypes } from '@haven/record-types';
import { Quotas } from '@haven/usage';

import { Collection } from '../domain/collection.js';
import type { CollectionSettings } from '../domain/collection.js';
import { CollectionsRepository } from '../domain/collections.repository.js';
import { companionIndexes } from '../domain/companion-index.js';
import { definitionOf, indexNameOf } from '../domain/declared-index.js';
import type { DeclaredIndex } from '../domain/declared-index.js';
import { IndexBuilds } from '../domain/index-builds.js';
import type { BuildProgresses } from '../domain/index-builds.js';
import { referencesOf } from '../domain/reference.js';
import { CollectionRecordsPort } from './collection-records.port.js';
import { CollectionReferences } from './collection-references.js';
import { DEFAULT_SETTINGS, mergeSettings } from './collection-settings.contract.js';
import type {
  CollectionReplacementInput,
  CollectionSettingsInput,
  NewCollectionInput,
} from './collection-settings.contract.js';
import { CollectionView } from './collections.contract.js';
import type { CurrentTypes } from './current-types.js';
import { IndexDuplicatesView } from './indexes.contract.js';
import { nothingFound, requireCompatible, SchemaScan } from './schema-scan.js';
import { TenantTypesCache } from './tenant-types.cache.js';

/** Options for a change to a collection. */
export interface ChangeOptions {
  /** The revision at which the collection must currently be, if the client requires one. */
  precondition: Precondition;
  /**
   * Whether to only validate the change: nothing is saved, and the result is the collection as it would be after the
   * change, with the stored records that violate its schema.
   */
  dryRun?: boolean;
}

/** A collection of a list, and what the list has read for all its collections. */
interface ListedCollection {
  readonly collection: Collection;
  readonly types: TenantTypes;
  readonly progress: BuildProgresses;
}

/** Creates, reads, changes and deletes collections. */
@Injectable()
export class CollectionsService {
  constructor(
    private readonly collections: CollectionsRepository,
    private readonly builds: IndexBuilds,
    private readonly records: CollectionRecordsPort,
    private readonly scan: SchemaScan,
    private readonly references: CollectionReferences,
    private readonly types: TenantTypesCache,
    private readonly uow: UnitOfWork,
    private readonly quotas: Quotas,
    private readonly pages: KeysetPages,
    private readonly config: HavenConfig,
  ) {}

  /**
   * Creates a collection. Throws `ALREADY_EXISTS` if the name is taken, `SCHEMA_INVALID` if the schema cannot be used.
   */
  create(caller: Caller, { name, ...input }: NewCollectionInput): Promise<CollectionView> {
    caller.access.requireScope('collections:write', name);
    return this.uow.run(caller, async () => this.viewOf(await this.add(name, input)));
  }

  /** Returns a collection by name. */
  async get(caller: Caller, name: string): Promise<CollectionView> {
    caller.access.requireVisible(name);
    const types = await this.types.current(caller);
    return this.uow.run(caller, async () => this.viewOf(await this.require(name), types));
  }

  /**
   * Lists the tenant's collections, ordered by name. If the API key is restricted to some collections, lists only
   * these.
   */
  async list(caller: Caller, page: PageRequest): Promise<Slice<CollectionView>> {
    caller.access.requireSomeVisible();
    const { collections: among } = caller.access;
    const current = await this.types.current(caller);
    return this.pages.page(page, {
      binding: `${caller.tenantId}/collections`,
      keyOf: ({ collection }: ListedCollection) => [collection.name],
      compare: ascending,
      read: ({ beyond, ...range }) =>
        this.uow.run(caller, async () => {
          const collections = await this.collections.list({ beyond: beyond?.[0], ...range }, among);
          const progress = await this.builds.progressOf(collections);
          const types = current.including(collections);
          return collections.map((collection) => ({ collection, progress, types }));
        }),
      view: ({ collection, progress, types }) => new CollectionView(collection, caller.access, types, progress),
      count: () => this.uow.run(caller, () => this.collections.count(among)),
    });
  }

  /**
   * Replaces all settings of a collection; absent ones get their default. Creates the collection if it does not exist.
   * The input can be a collection that was read: its revision is a further precondition.
   */
  replace(
    caller: Caller,
    name: string,
    { name: given, revision, ...input }: CollectionReplacementInput,
    { precondition, dryRun }: ChangeOptions,
  ): Promise<{ collection: CollectionView; created: boolean }> {
    caller.access.requireScope('collections:write', name);
    if (given !== undefined && given !== name)
      throw invalid('VALIDATION_FAILED', '/name', `must be the name in the URL, ${name}, or be left out`);
    const options = { precondition: precondition.andVersion(revision), dryRun };
    return this.uow.run(caller, async () => {
      await this.collections.lock(name, 'exclusive');
      const collection = await this.collections.find(name);
      if (collection)
        return {
          collection: await this.revise(collection, this.merge(DEFAULT_SETTINGS, input), options),
          created: false,
        };
      options.precondition.check(null);
      return { collection: await this.viewOf(await this.add(name, input, options.dryRun)), created: !options.dryRun };
    });
  }

  /**
   * Changes the given settings. Throws `SCHEMA_INCOMPATIBLE` if stored records violate a new schema, unless `enforce`
   * is `new`.
   */
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
      return this.revise(collection, this.merge(collection.settings(), input), options);
    });
  }

  /**
   * Deletes a collection. If it contains records, `cascade` must be true; the records are then deleted first, with an
   * event for each.
   */
  delete(caller: Caller, name: string, precondition: Precondition, cascade = false): Promise<void> {
    caller.access.requireScope('collections:write', name);
    return this.uow.run(caller, async () => {
      await this.collections.lock(name, 'exclusive');
      const collection = await this.require(name);
      collection.delete(precondition, new Date());
      await this.references.requireUnreferenced(collection);
      const targets = await this.references.lockTargets(name, collection.references);
      if (cascade) await this.records.deleteAll(collection);
      else if (await this.records.any(collection.id)) {
        throw new HavenError(
          'COLLECTION_NOT_EMPTY',
          `The collection ${JSON.stringify(name)} contains records. Delete them first, or set cascade to true.`,
        );
      }
      const { buildIds } = collection;
      collection.declaredIndexes = [];
      collection.search = null;
      await this.collections.store(collection);
      this.typesChange();
      await this.builds.plan(collection, buildIds);
      await this.references.store(name, [], targets);
    });
  }

  private async add(name: string, input: CollectionSettingsInput, dryRun = false): Promise<Collection> {
    const collection = Collection.create(name, this.checked(this.merge(DEFAULT_SETTINGS, input)), new Date());
    const { references, targets } = await this.references.declared(collection, []);
    if (dryRun) return collection;
    const { caller } = this.uow.current();
    await this.quotas.requireOneMore(caller, caller.tenantId, 'collections');
    await this.quotas.requireMoreIndexes(caller, collection.buildIds.length);
    await this.identify(collection);
    await this.collections.add(collection);
    this.typesChange();
    await this.builds.plan(collection, []);
    await this.references.store(name, references, targets);
    return collection;
  }

  private async revise(
    collection: Collection,
    settings: CollectionSettings,
    options: ChangeOptions,
  ): Promise<CollectionView> {
    const { declaredIndexes: indexes, buildIds, references, hasCompanions } = collection;
    const before = enforcedSchemaOf(collection);
    if (!collection.revise(this.checked(settings), options.precondition, new Date())) {
      const view = await this.viewOf(collection);
      return options.dryRun ? Object.assign(view, nothingFound(), { duplicates: [] }) : view;
    }
    const isSameSchema = before === enforcedSchemaOf(collection) && hasCompanions;
    const declared = isSameSchema ? null : await this.references.declared(collection, references);
    const isChecked = options.dryRun || collection.enforce === 'all';
    const found =
      declared && isChecked ? await this.scan.run(collection, declared.references, declared.targets) : nothingFound();
    if (options.dryRun) {
      await this.identify(collection);
      const duplicates = await this.holdValues(collection, indexes, true);
      return Object.assign(await this.viewOf(collection), found, { duplicates });
    }
    requireCompatible(found, declared?.references ?? []);
    const more = collection.buildIds.length - buildIds.length;
    await this.quotas.requireMoreIndexes(this.uow.current().caller, more);
    await this.identify(collection);
    const [duplicates] = await this.holdValues(collection, indexes, false);
    if (duplicates) throw notUnique(duplicates);
    await this.collections.store(collection);
    this.typesChange();
    await this.builds.plan(collection, buildIds);
    if (declared) await this.references.store(collection.name, declared.references, declared.targets);
    return this.viewOf(collection);
  }

  /** Gives new indexes and a new search their ids. */
  private async identify(collection: Collection): Promise<void> {
    collection.declaredIndexes = await this.builds.identify(collection.declaredIndexes);
    collection.search = await this.builds.identifySearch(collection.search);
  }

  /** Writes the values of the stored records in new unique indexes. Returns those that several records have. */
  private async holdValues(
    collection: Collection,
    before: readonly DeclaredIndex[],
    dryRun: boolean,
  ): Promise<IndexDuplicatesView[]> {
    const { id, name, declaredIndexes } = collection;
    const added = declaredIndexes.filter((index) => index.unique && !before.some((known) => known.id === index.id));
    const found = await this.records.holdValues(id, added.map(definitionOf), { dryRun });
    const mayRead = this.uow.current().caller.access.allows('records:read', name);
    return found.flatMap((duplicates) => {
      const index = added.find((one) => one.id === duplicates.indexId);
      return index ? [new IndexDuplicatesView(indexNameOf(index), duplicates, mayRead)] : [];
    });
  }

  private typesChange(): void {
    const { tenantId } = this.uow.current().caller;
    this.uow.afterCommit(() => this.types.invalidate(tenantId));
  }

  /** `types` are those of the tenant if the open transaction has changed nothing. */
  private async viewOf(collection: Collection, types?: CurrentTypes): Promise<CollectionView> {
    const { caller } = this.uow.current();
    const progress = await this.builds.progressOf([collection]);
    const current = types ?? (await this.types.current(caller));
    return new CollectionView(collection, caller.access, current.including([collection]), progress);
  }

  private checked(settings: CollectionSettings): CollectionSettings {
    const { indexes, schema } = settings;
    const { indexesPerCollection: most } = this.config.limits;
    if (indexes.length > most) throw limitExceeded('limits.indexesPerCollection', most, '/indexes');
    const all = indexes.length + companionIndexes(referencesOf(schema), indexes).length;
    if (all > most) {
      const rule = `needs ${all} indexes, because every reference needs one, but at most ${most} are allowed`;
      throw invalid('LIMIT_EXCEEDED', '/schema', `${rule} (limits.indexesPerCollection)`);
    }
    return settings;
  }

  private merge(current: CollectionSettings, input: CollectionSettingsInput): CollectionSettings {
    return mergeSettings(current, input, this.config.limits);
  }

  private async require(name: string): Promise<Collection> {
    const collection = await this.collections.find(name);
    if (collection) return collection;
    pinToPrimary(this.uow.current().caller); // a replica may still have the deleted collection
    throw notFound('collection', name);
  }
}

/** Serializes `schema` and `enforce`, the two settings that determine whether stored records can violate the schema. */
function enforcedSchemaOf({ schema, currentSchemaText, enforce }: Collection): string {
  return JSON.stringify([schema, currentSchemaText, enforce]);
}

function notUnique({ index, count, samples }: IndexDuplicatesView): HavenError {
  const ids = samples.flatMap((sample) => sample.ids.slice(0, 2)).slice(0, 4);
  const such = ids.length === 0 ? '' : `, such as ${ids.join(', ')}`;
  const values = count === 1 ? '1 value' : `${count} values`;
  const detail = `Several records have the same value of "${index}" (${values}${such}), so it cannot be unique.`;
  return new HavenError('UNIQUE_VIOLATION', `${detail} A dry run lists them.`, {
    uniqueIndex: index,
    errors: [{ code: 'UNIQUE_VIOLATION', detail, pointer: '/indexes' }],
  });
}
