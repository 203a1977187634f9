import { Args, Context, Int, Query, Resolver, Subscription } from '@nestjs/graphql';

import { CurrentCaller, Json } from '@haven/api';
import type { GraphqlContext } from '@haven/api';
import { HavenConfig } from '@haven/config';
import type { Caller, JsonValue } from '@haven/kernel';

import { ChangePageView, ChangeView } from '../application/changes.contract.js';
import { ChangesService } from '../application/changes.service.js';
import { ORDER } from './changes.query.js';
import { SubscriptionIterator } from './subscription-iterator.js';

const ChangesAfterArg = () =>
  Args('after', {
    type: () => String,
    nullable: true,
    description:
      'Returns the changes after this cursor; `earliest` starts with the oldest change that is kept. ' +
      'By default, only changes from now on are returned.',
  });

const ChangesCollectionArg = () =>
  Args('collection', {
    type: () => String,
    nullable: true,
    description: 'Only changes of this collection, and of deleted collections that had its name.',
  });

const FilterArg = () =>
  Args('filter', {
    type: () => Json,
    nullable: true,
    description: 'Filter: only changes of records that match it, or did before the change.',
  });

/** The change feed over GraphQL: a page, or a subscription. */
@Resolver(() => ChangeView)
export class ChangesResolver {
  constructor(
    private readonly service: ChangesService,
    private readonly config: HavenConfig,
  ) {}

  @Query(() => ChangePageView, {
    nullable: true,
    description: 'Changes of records in the order of the feed, after a cursor.',
  })
  changes(
    @CurrentCaller() caller: Caller,
    @ChangesAfterArg() after?: string,
    @ChangesCollectionArg() collection?: string,
    @FilterArg() filter?: JsonValue,
    @Args('first', { type: () => Int, nullable: true, description: 'Maximum number of changes, by default 20.' })
    first?: number,
    @Args('order', { type: () => String, nullable: true, description: ORDER }) order?: string,
  ): Promise<ChangePageView> {
    const input = changesInput(after, collection, filter);
    return this.service.page(caller, { ...input, limit: first ?? undefined, order: order ?? undefined });
  }

  @Subscription(() => ChangeView, {
    nullable: true,
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
    const input = changesInput(after, collection, filter);
    return new SubscriptionIterator((signal) => this.service.follow(caller, input, signal), this.config.changes, close);
  }
}

function changesInput(after?: string, collection?: string, filter?: JsonValue) {
  return { after: after ?? undefined, collection: collection ?? undefined, filter: filter ?? undefined };
}
