import { Args, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';

import { Connection, ConnectionArgs, CurrentCaller, toPageRequest } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { RecordHistoryService } from '../application/record-history.service.js';
import { RecordVersionView, RecordView } from '../application/records.contract.js';
import { CollectionArg, RecordIdArg, VersionArg } from './record.args.js';

const VersionConnection = Connection(RecordVersionView, 'RecordVersion');

/** Reads the versions of records over GraphQL. */
@Resolver(() => RecordView)
export class RecordHistoryResolver {
  constructor(private readonly histories: RecordHistoryService) {}

  @Query(() => RecordVersionView, {
    nullable: true,
    description: 'Returns one version of a record, also of a deleted one.',
  })
  recordVersion(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @VersionArg() version: number,
  ): Promise<RecordVersionView> {
    return this.histories.version(caller, { collection, id }, version);
  }

  @Query(() => VersionConnection, {
    nullable: true,
    description: "Lists a record's versions, newest first, also of a deleted record.",
  })
  async recordHistory(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @Args() page: ConnectionArgs,
  ): Promise<ConnectionOf<RecordVersionView>> {
    return VersionConnection.of(await this.histories.list(caller, { collection, id }, toPageRequest(page)));
  }

  @ResolveField('history', () => VersionConnection, { description: "The record's versions, newest first." })
  async history(
    @CurrentCaller() caller: Caller,
    @Parent() { collection, id }: RecordView,
    @Args() page: ConnectionArgs,
  ): Promise<ConnectionOf<RecordVersionView>> {
    return this.recordHistory(caller, collection, id, page);
  }
}
