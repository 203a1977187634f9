import { Args, ID, Mutation, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';

import { Connection, CurrentCaller, Json, JsonObjectScalar } from '@haven/api';
import type { ConnectionOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller, JsonObject, JsonValue } from '@haven/kernel';

import { RecordVersionView, RecordView } from '../application/records.contract.js';
import { RecordsService } from '../application/records.service.js';
import {
  AfterArg,
  AsOfArg,
  CollectionArg,
  ExpectedVersionArg,
  FirstArg,
  RecordIdArg,
  IfAbsentArg,
  VersionArg,
} from './record.args.js';

const VersionConnection = Connection(RecordVersionView, 'RecordVersion');

/** Single records over GraphQL. */
@Resolver(() => RecordView)
export class RecordsResolver {
  constructor(private readonly records: RecordsService) {}

  @Query(() => RecordView, { nullable: true, description: 'One record.' })
  record(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @AsOfArg() asOf?: string,
  ): Promise<RecordView> {
    return this.records.get(caller, { collection, id }, { asOf });
  }

  @Mutation(() => RecordView, { description: 'Makes a record.' })
  @Idempotent()
  createRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @Args('data', { type: () => JsonObjectScalar }) data: JsonObject,
    @Args('id', {
      type: () => ID,
      nullable: true,
      description: 'UUID of the new record; the server makes one if left out.',
    })
    id?: string,
  ): Promise<RecordView> {
    return this.records.create(caller, collection, { data, ...(id != null && { id }) });
  }

  @Mutation(() => RecordView, { description: 'Replaces a record, or makes it.' })
  @Idempotent()
  async replaceRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @Args('data', { type: () => JsonObjectScalar }) data: JsonObject,
    @ExpectedVersionArg() expected?: number,
    @IfAbsentArg() ifAbsent?: boolean,
  ): Promise<RecordView> {
    return (await this.records.replace(caller, { collection, id }, data, Precondition.of(expected, ifAbsent))).record;
  }

  @Mutation(() => RecordView, { description: "Merges into a record's data (RFC 7396): null removes a member." })
  @Idempotent()
  patchRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @Args('data', { type: () => JsonObjectScalar }) data: JsonObject,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.mergePatch(caller, { collection, id }, { data }, Precondition.of(expected));
  }

  @Mutation(() => RecordView, { description: 'Applies a JSON Patch (RFC 6902), whose paths start with `/data`.' })
  @Idempotent()
  jsonPatchRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @Args('operations', { type: () => Json, description: 'The list of operations.' }) operations: JsonValue,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.jsonPatch(caller, { collection, id }, operations, Precondition.of(expected));
  }

  @Mutation(() => Boolean, { description: 'Deletes a record.' })
  @Idempotent()
  async deleteRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @ExpectedVersionArg() expected?: number,
  ): Promise<boolean> {
    await this.records.delete(caller, { collection, id }, Precondition.of(expected));
    return true;
  }

  @Mutation(() => RecordView, {
    description: 'Makes a new version with the data the record had at an earlier one; a deleted record comes back.',
  })
  @Idempotent()
  restoreRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @VersionArg() version: number,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.restore(caller, { collection, id }, version, Precondition.of(expected));
  }

  @Query(() => RecordVersionView, { nullable: true, description: 'One version of a record, of deleted records too.' })
  recordVersion(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @VersionArg() version: number,
  ): Promise<RecordVersionView> {
    return this.records.version(caller, { collection, id }, version);
  }

  @Mutation(() => Boolean, { description: "Removes a record's payload from all its versions, and ends it." })
  @Idempotent()
  async eraseRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @ExpectedVersionArg() expected?: number,
  ): Promise<boolean> {
    await this.records.erase(caller, { collection, id }, Precondition.of(expected));
    return true;
  }

  @Query(() => VersionConnection, { description: "A record's versions, newest first; those of deleted records too." })
  async recordHistory(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @FirstArg() limit?: number,
    @AfterArg() after?: string,
  ): Promise<ConnectionOf<RecordVersionView>> {
    return VersionConnection.of(
      await this.records.history(caller, { collection, id }, { limit: limit ?? undefined, after: after ?? undefined }),
    );
  }

  @ResolveField('history', () => VersionConnection, { description: "The record's versions, newest first." })
  async history(
    @CurrentCaller() caller: Caller,
    @Parent() { collection, id }: RecordView,
    @FirstArg() limit?: number,
    @AfterArg() after?: string,
  ): Promise<ConnectionOf<RecordVersionView>> {
    return this.recordHistory(caller, collection, id, limit, after);
  }
}
