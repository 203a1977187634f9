import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';

import { CurrentCaller, Json, JsonObjectScalar } from '@haven/api';
import { AllowsDryRunArgument } from '@haven/dry-run';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller, JsonObject, JsonValue } from '@haven/kernel';

import { RecordView } from '../application/records.contract.js';
import { RecordsService } from '../application/records.service.js';
import {
  AsOfArg,
  CollectionArg,
  ExpandArg,
  ExpectedVersionArg,
  RecordIdArg,
  IfAbsentArg,
  VersionArg,
} from './record.args.js';

/** Reads and changes single records over GraphQL. */
@Resolver(() => RecordView)
export class RecordsResolver {
  constructor(private readonly records: RecordsService) {}

  @Query(() => RecordView, { nullable: true, description: 'Returns a record.' })
  record(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @AsOfArg() asOf?: string,
    @ExpandArg() expand?: string[],
  ): Promise<RecordView> {
    return this.records.get(caller, { collection, id }, { asOf, expand });
  }

  @Mutation(() => RecordView, { nullable: true, description: 'Creates a record.' })
  @Idempotent({ isSingleWrite: true })
  @AllowsDryRunArgument()
  createRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @Args('data', { type: () => JsonObjectScalar, description: 'Document of the record.' }) data: JsonObject,
    @Args('id', {
      type: () => ID,
      nullable: true,
      description: 'UUID of the new record. By default the server generates one.',
    })
    id?: string,
  ): Promise<RecordView> {
    return this.records.create(caller, collection, { data, ...(id != null && { id }) });
  }

  @Mutation(() => RecordView, { nullable: true, description: 'Creates or replaces a record.' })
  @Idempotent({ isSingleWrite: true })
  @AllowsDryRunArgument()
  async replaceRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @Args('data', { type: () => JsonObjectScalar, description: 'Document that replaces the current one.' })
    data: JsonObject,
    @ExpectedVersionArg() expected?: number,
    @IfAbsentArg() ifAbsent?: boolean,
  ): Promise<RecordView> {
    return (await this.records.replace(caller, { collection, id }, { data }, Precondition.of(expected, ifAbsent)))
      .record;
  }

  @Mutation(() => RecordView, {
    nullable: true,
    description: "Applies a JSON Merge Patch (RFC 7396) to a record's data: null removes a member.",
  })
  @Idempotent({ isSingleWrite: true })
  @AllowsDryRunArgument()
  patchRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @Args('data', {
      type: () => JsonObjectScalar,
      description: 'Merge patch of the document (RFC 7396); null removes a member.',
    })
    data: JsonObject,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.mergePatch(caller, { collection, id }, { data }, Precondition.of(expected));
  }

  @Mutation(() => RecordView, {
    nullable: true,
    description: 'Applies a JSON Patch (RFC 6902), whose paths must start with `/data`.',
  })
  @Idempotent({ isSingleWrite: true })
  @AllowsDryRunArgument()
  jsonPatchRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @Args('operations', { type: () => Json, description: 'The operations of the patch.' }) operations: JsonValue,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.jsonPatch(caller, { collection, id }, operations, Precondition.of(expected));
  }

  @Mutation(() => Boolean, { nullable: true, description: 'Deletes a record.' })
  @Idempotent({ isSingleWrite: true })
  @AllowsDryRunArgument()
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
    nullable: true,
    description: 'Creates a new version with the data of an earlier one; a deleted record is restored.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  restoreRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @VersionArg() version: number,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.restore(caller, { collection, id }, version, Precondition.of(expected));
  }

  @Mutation(() => Boolean, {
    nullable: true,
    description: 'Deletes a record and removes its data from all its versions.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  async eraseRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @RecordIdArg() id: string,
    @ExpectedVersionArg() expected?: number,
  ): Promise<boolean> {
    await this.records.erase(caller, { collection, id }, Precondition.of(expected));
    return true;
  }
}
