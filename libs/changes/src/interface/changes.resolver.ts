import { Args, Context, Int, Query, Resolver, Subscription } from '@nestjs/graphql';

import { CurrentCaller, Json } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import { HavenConfig } from '@haven/config';
import type { Caller, JsonValue } from '@haven/kernel';

import { ChangePageView, ChangeView } from '../application/changes.contract.js';
import { ChangesService } from '../application/changes.service.js';
import { SubscriptionIterator } from './subscription-iterator.js';

const ChangesAfterArg = () =>
  Args('after', {
    type: () => String,
    nullable: true,
    description: 'Only what follows this cursor, or `earliest`; left out, what happens from now on.',
  });

const ChangesCollectionArg = () =>
  Args('collection', {
    type: () => String,
    nullable: true,
    description: 'Only records of this collection, and of deleted ones that had its name.',
  });

const FilterArg = () =>
  Args('filter', {
    type: () => Json,
    nullable: true,
    description: 'Only records that match, or did before the change: the filter language.',
  });

/** The changes over GraphQL: a page, or a subscription. */
@Resolver(() => ChangeView)
export class ChangesResolver {
  constructor(
    private readonly service: ChangesService,
    private readonly config: HavenConfig,
  ) {}

  @Query(() => ChangePageView, { description: 'Changes of records in their order, after a cursor.' })
  changes(
    @CurrentCaller() caller: Caller,
    @ChangesAfterArg() after?: string,
    @ChangesCollectionArg() collection?: string,
    @FilterArg() filter?: JsonValue,
    @Args('first', { type: () => Int, nullable: true, description: 'Changes a page; 20 if left out.' }) first?: number,
  ): Promise<ChangePageView> {
    return this.service.page(caller, { ...given(after, collection, filter), limit: first ?? undefined });
  }

  @Subscription(() => ChangeView, {
    name: 'changes',
    description: 'Changes of records as they happen, after a cursor; the first event is `ready`.',
    resolve: (change: ChangeView) => change,
  })
  follow(
    @CurrentCaller() caller: Caller,
    @Context() { close }: GraphqlContext,
    @ChangesAfterArg() after?: string,
    @ChangesCollectionArg() collection?: string,
    @FilterArg() filter?: JsonValue,
  ): AsyncIterableIterator<ChangeView> {
    const input = given(after, collection, filter);
    return new SubscriptionIterator((signal) => this.service.follow(caller, input, signal), this.config.changes, close);
  }
}

function given(after?: string, collection?: string, filter?: JsonValue) {
  return { after: after ?? undefined, collection: collection ?? undefined, filter: filter ?? undefined };
}
