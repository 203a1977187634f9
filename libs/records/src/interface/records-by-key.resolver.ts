import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';

import { CurrentCaller, Json, JsonObjectScalar } from '@haven/api';
import { AllowsDryRunArgument } from '@haven/dry-run';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller, JsonObject, JsonValue } from '@haven/kernel';

import { RecordView } from '../application/records.contract.js';
import { RecordsByKeyService } from '../application/records-by-key.service.js';
import { CollectionArg, ExpandArg, ExpectedVersionArg, IfAbsentArg, IndexArg, KeyValueArg } from './record.args.js';

/** Reads and changes single records over GraphQL, named by a value that they hold in a unique index. */
@Resolver(() => RecordView)
export class RecordsByKeyResolver {
  constructor(private readonly records: RecordsByKeyService) {}

  @Query(() => RecordView, { nullable: true, description: 'Returns the record that has a value of a unique index.' })
  recordBy(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @IndexArg() index: string,
    @KeyValueArg() json: JsonValue,
    @ExpandArg() expand?: string[],
  ): Promise<RecordView> {
    return this.records.get(caller, { collection, index, value: { json } }, { expand });
  }

  @Mutation(() => RecordView, {
    nullable: true,
    description:
      'Replaces the record that has a value of a unique index, or creates one. The data may leave out the value, but must ' +
      'not have another one.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  async upsertRecord(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @IndexArg() index: string,
    @KeyValueArg() json: JsonValue,
    @Args('data', { type: () => JsonObjectScalar, description: 'Document that replaces the current one.' })
    data: JsonObject,
    @ExpectedVersionArg() expected?: number,
    @IfAbsentArg() ifAbsent?: boolean,
  ): Promise<RecordView> {
    const key = { collection, index, value: { json } };
    return (await this.records.replace(caller, key, { data }, Precondition.of(expected, ifAbsent))).record;
  }

  @Mutation(() => RecordView, {
    nullable: true,
    description: 'Applies a JSON Merge Patch (RFC 7396) to the data of the record that has a value of a unique index.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  patchRecordBy(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @IndexArg() index: string,
    @KeyValueArg() json: JsonValue,
    @Args('data', {
      type: () => JsonObjectScalar,
      description: 'Merge patch of the document (RFC 7396); null removes a member.',
    })
    data: JsonObject,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.mergePatch(caller, { collection, index, value: { json } }, { data }, Precondition.of(expected));
  }

  @Mutation(() => RecordView, {
    nullable: true,
    description:
      'Applies a JSON Patch (RFC 6902), whose paths must start with `/data`, to the record that has a value of a unique ' +
      'index.',
  })
  @Idempotent()
  @AllowsDryRunArgument()
  jsonPatchRecordBy(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @IndexArg() index: string,
    @KeyValueArg() json: JsonValue,
    @Args('operations', { type: () => Json, description: 'The operations of the patch.' }) operations: JsonValue,
    @ExpectedVersionArg() expected?: number,
  ): Promise<RecordView> {
    return this.records.jsonPatch(
      caller,
      { collection, index, value: { json } },
      operations,
      Precondition.of(expected),
    );
  }

  @Mutation(() => Boolean, { nullable: true, description: 'Deletes the record that has a value of a unique index.' })
  @Idempotent()
  @AllowsDryRunArgument()
  async deleteRecordBy(
    @CurrentCaller() caller: Caller,
    @CollectionArg() collection: string,
    @IndexArg() index: string,
    @KeyValueArg() json: JsonValue,
    @ExpectedVersionArg() expected?: number,
  ): Promise<boolean> {
    await this.records.delete(caller, { collection, index, value: { json } }, Precondition.of(expected));
    return true;
  }
}
