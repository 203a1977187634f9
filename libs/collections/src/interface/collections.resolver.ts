import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { AllowsDryRunArgument } from '@haven/dry-run';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { CollectionSettingsInput, NewCollectionInput } from '../application/collection-settings.contract.js';
import { CollectionView } from '../application/collections.contract.js';
import { CollectionsService } from '../application/collections.service.js';

const CollectionConnection = Connection(CollectionView, 'Collection');

const NAME = { description: 'Name of the collection.' };
const SETTINGS = { description: 'Settings of the collection.' };
const EXPECTED = {
  type: () => Int,
  nullable: true,
  description: 'Fails unless the collection has this revision, like `If-Match` in REST.',
} as const;
const DRY_RUN = {
  type: () => Boolean,
  nullable: true,
  description:
    'Changes nothing, and returns the collection as it would be after the change, with the stored records that ' +
    'violate its schema in `breaking`, and references to no record in `dangling`.',
} as const;

/** Manages collections over GraphQL. */
@Resolver(() => CollectionView)
export class CollectionsResolver {
  constructor(private readonly service: CollectionsService) {}

  @Query(() => CollectionView, { nullable: true, description: 'Returns a collection by name.' })
  collection(@CurrentCaller() caller: Caller, @Args('name', NAME) name: string): Promise<CollectionView> {
    return this.service.get(caller, name);
  }

  @Query(() => CollectionConnection, {
    nullable: true,
    description: "Lists the tenant's collections, ordered by name.",
  })
  async collections(
    @CurrentCaller() caller: Caller,
    @Args() page: ConnectionArgs,
  ): Promise<ConnectionOf<CollectionView>> {
    return CollectionConnection.of(await this.service.list(caller, toPageRequest(page)));
  }

  @Mutation(() => CollectionView, { nullable: true, description: 'Creates a collection.' })
  @Idempotent()
  @AllowsDryRunArgument()
  createCollection(
    @CurrentCaller() caller: Caller,
    @Args('input', { description: 'Name and settings of the collection.' }) input: NewCollectionInput,
  ): Promise<CollectionView> {
    return this.service.create(caller, input);
  }

  @Mutation(() => CollectionView, { nullable: true, description: 'Creates a collection or replaces all its settings.' })
  @Idempotent()
  async replaceCollection(
    @CurrentCaller() caller: Caller,
    @Args('name', NAME) name: string,
    @Args('input', SETTINGS) input: CollectionSettingsInput,
    @Args('expectedRevision', EXPECTED) expected?: number,
    @Args('ifAbsent', {
      type: () => Boolean,
      nullable: true,
      description: 'Fails if the collection already exists, like `If-None-Match: *` in REST.',
    })
    ifAbsent?: boolean,
    @Args('dryRun', DRY_RUN) dryRun?: boolean,
  ): Promise<CollectionView> {
    const precondition = Precondition.of(expected, ifAbsent);
    return (await this.service.replace(caller, name, input, { precondition, dryRun })).collection;
  }

  @Mutation(() => CollectionView, { nullable: true, description: 'Changes some settings of a collection.' })
  @Idempotent()
  updateCollection(
    @CurrentCaller() caller: Caller,
    @Args('name', NAME) name: string,
    @Args('input', SETTINGS) input: CollectionSettingsInput,
    @Args('expectedRevision', EXPECTED) expected?: number,
    @Args('dryRun', DRY_RUN) dryRun?: boolean,
  ): Promise<CollectionView> {
    return this.service.change(caller, name, input, { precondition: Precondition.of(expected), dryRun });
  }

  @Mutation(() => Boolean, {
    nullable: true,
    description: 'Deletes a collection. If it contains records, `cascade` is required.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  async deleteCollection(
    @CurrentCaller() caller: Caller,
    @Args('name', NAME) name: string,
    @Args('expectedRevision', EXPECTED) expected?: number,
    @Args('cascade', { type: () => Boolean, nullable: true, description: 'Deletes the records of the collection too.' })
    cascade?: boolean,
  ): Promise<boolean> {
    await this.service.delete(caller, name, Precondition.of(expected), cascade);
    return true;
  }
}
