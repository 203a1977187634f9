import { Args, Int, Mutation, Query, Resolver } from '@nestjs/graphql';

import { Connection, CurrentCaller } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { CollectionSettingsInput, CollectionView, NewCollectionInput } from '../application/collections.contract.js';
import { CollectionsService } from '../application/collections.service.js';

const CollectionConnection = Connection(CollectionView, 'Collection');

const EXPECTED = {
  type: () => Int,
  nullable: true,
  description: 'The revision it must be at; REST says `If-Match`.',
} as const;
const DRY_RUN = {
  type: () => Boolean,
  nullable: true,
  description:
    'Change nothing: answer the collection as it would be, and in `breaking` the records its schema would refuse.',
} as const;

/** Collections over GraphQL. */
@Resolver(() => CollectionView)
export class CollectionsResolver {
  constructor(private readonly service: CollectionsService) {}

  @Query(() => CollectionView, { nullable: true, description: 'One collection by name.' })
  collection(@CurrentCaller() caller: Caller, @Args('name') name: string): Promise<CollectionView> {
    return this.service.get(caller, name);
  }

  @Query(() => CollectionConnection, { description: "The tenant's collections by name." })
  async collections(
    @CurrentCaller() caller: Caller,
    @Args('first', { type: () => Int, nullable: true }) limit?: number,
    @Args('after', { type: () => String, nullable: true }) after?: string,
  ): Promise<ConnectionOf<CollectionView>> {
    return CollectionConnection.of(
      await this.service.list(caller, { limit: limit ?? undefined, after: after ?? undefined }),
    );
  }

  @Mutation(() => CollectionView, { description: 'Makes a collection.' })
  @Idempotent()
  createCollection(@CurrentCaller() caller: Caller, @Args('input') input: NewCollectionInput): Promise<CollectionView> {
    return this.service.create(caller, input);
  }

  @Mutation(() => CollectionView, { description: 'Sets all settings of a collection, or makes it.' })
  @Idempotent()
  async replaceCollection(
    @CurrentCaller() caller: Caller,
    @Args('name') name: string,
    @Args('input') input: CollectionSettingsInput,
    @Args('expectedRevision', EXPECTED) expected?: number,
    @Args('ifAbsent', { type: () => Boolean, nullable: true, description: 'Only if there is none yet.' })
    ifAbsent?: boolean,
    @Args('dryRun', DRY_RUN) dryRun?: boolean,
  ): Promise<CollectionView> {
    const precondition = Precondition.of(expected, ifAbsent);
    return (await this.service.replace(caller, name, input, { precondition, dryRun })).collection;
  }

  @Mutation(() => CollectionView, { description: 'Changes the settings that are named.' })
  @Idempotent()
  updateCollection(
    @CurrentCaller() caller: Caller,
    @Args('name') name: string,
    @Args('input') input: CollectionSettingsInput,
    @Args('expectedRevision', EXPECTED) expected?: number,
    @Args('dryRun', DRY_RUN) dryRun?: boolean,
  ): Promise<CollectionView> {
    return this.service.change(caller, name, input, { precondition: Precondition.of(expected), dryRun });
  }

  @Mutation(() => Boolean, { description: 'Deletes a collection; one that holds records only with `cascade`.' })
  @Idempotent()
  async deleteCollection(
    @CurrentCaller() caller: Caller,
    @Args('name') name: string,
    @Args('expectedRevision', EXPECTED) expected?: number,
    @Args('cascade', { type: () => Boolean, nullable: true, description: 'Delete its records too.' }) cascade?: boolean,
  ): Promise<boolean> {
    await this.service.delete(caller, name, Precondition.of(expected), cascade);
    return true;
  }
}
