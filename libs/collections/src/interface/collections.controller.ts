import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';

import { CurrentCaller, DeclareRoute, Operation, PageClass, PageQuery } from '@haven/api';
import type { PageOf } from '@haven/api';
import { AllowsDryRun } from '@haven/dry-run';
import { Preconditions } from '@haven/http';
import { Idempotent } from '@haven/idempotency';
import { Precondition } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import {
  CollectionReplacementInput,
  CollectionSettingsInput,
  NewCollectionInput,
} from '../application/collection-settings.contract.js';
import { CollectionView } from '../application/collections.contract.js';
import { CollectionsService } from '../application/collections.service.js';
import { ChangeCollectionQuery, DeleteCollectionQuery } from './collections.query.js';

const CollectionPage = PageClass(CollectionView, 'CollectionPage');

/** Manages collections over REST. */
@ApiTags('collections')
@Controller({ path: 'collections', version: '1' })
export class CollectionsController {
  constructor(private readonly collections: CollectionsService) {}

  @Post()
  @Idempotent()
  @DeclareRoute({ verbatim: 'schema' })
  @Operation({
    id: 'createCollection',
    summary: 'Create a collection',
    description: 'Every setting is optional. Without a `schema`, records can be any JSON objects.',
    status: 201,
    body: NewCollectionInput,
    example: { name: 'directors', description: 'People who direct movies.', indexes: [{ path: 'name' }] },
    response: CollectionView,
    etag: true,
    errors: ['ALREADY_EXISTS', 'SCHEMA_INVALID', 'SORT_INVALID', 'LIMIT_EXCEEDED'],
  })
  @AllowsDryRun()
  create(@CurrentCaller() caller: Caller, @Body() input: NewCollectionInput): Promise<CollectionView> {
    return this.collections.create(caller, input);
  }

  @Get()
  @Operation({
    id: 'collections',
    summary: 'List the collections, ordered by name',
    description: 'With a key that is restricted to some collections, the list contains only these.',
    response: CollectionPage,
    errors: ['CURSOR_INVALID', 'VALIDATION_FAILED', 'LIMIT_EXCEEDED'],
  })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<PageOf<CollectionView>> {
    return CollectionPage.of(await this.collections.list(caller, query));
  }

  @Get(':collection')
  @Operation({
    id: 'collection',
    summary: 'Read a collection',
    description:
      'Returns the settings of the collection. The response can be changed and sent back with PUT. `If-None-Match` ' +
      'has no effect, because states of indexes, for example, change without a new revision.',
    response: CollectionView,
    etag: true,
    errors: ['NOT_FOUND'],
  })
  get(@CurrentCaller() caller: Caller, @Param('collection') name: string): Promise<CollectionView> {
    return this.collections.get(caller, name);
  }

  @Put(':collection')
  @Idempotent()
  @DeclareRoute({ verbatim: 'schema' })
  @Operation({
    id: 'replaceCollection',
    summary: 'Create a collection or replace all its settings',
    description:
      'Settings that are left out get their defaults. With `dryRun`, nothing is changed, and the response names ' +
      'stored records that the new schema would refuse.',
    additionalResponses: { 201: 'The collection was created.' },
    body: CollectionReplacementInput,
    example: { description: 'Movies and their ratings.', indexes: [{ path: 'Title' }] },
    response: CollectionView,
    etag: true,
    conditional: true,
    errors: ['VERSION_CONFLICT', 'SCHEMA_INVALID', 'SCHEMA_INCOMPATIBLE', 'SORT_INVALID', 'LIMIT_EXCEEDED'],
  })
  async replace(
    @CurrentCaller() caller: Caller,
    @Param('collection') name: string,
    @Query() { dryRun }: ChangeCollectionQuery,
    @Body() input: CollectionReplacementInput,
    @Preconditions() precondition: Precondition,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<CollectionView> {
    const { collection, created } = await this.collections.replace(caller, name, input, { precondition, dryRun });
    reply.code(created ? 201 : 200);
    return collection;
  }

  @Patch(':collection')
  @Idempotent()
  @DeclareRoute({ verbatim: 'schema' })
  @Operation({
    id: 'updateCollection',
    summary: 'Change some settings of a collection',
    description:
      'Applies a JSON Merge Patch (RFC 7396) to the settings: those that are left out stay as they are, and ' +
      'null clears a setting.',
    body: CollectionSettingsInput,
    example: { description: 'Movies and their ratings.' },
    consumes: ['application/merge-patch+json', 'application/json'],
    response: CollectionView,
    etag: true,
    conditional: true,
    errors: [
      'NOT_FOUND',
      'VERSION_CONFLICT',
      'SCHEMA_INVALID',
      'SCHEMA_INCOMPATIBLE',
      'SORT_INVALID',
      'LIMIT_EXCEEDED',
    ],
  })
  change(
    @CurrentCaller() caller: Caller,
    @Param('collection') name: string,
    @Query() { dryRun }: ChangeCollectionQuery,
    @Body() input: CollectionSettingsInput,
    @Preconditions() precondition: Precondition,
  ): Promise<CollectionView> {
    return this.collections.change(caller, name, input, { precondition, dryRun });
  }

  @Delete(':collection')
  @Idempotent()
  @Operation({
    id: 'deleteCollection',
    summary: 'Delete a collection',
    description:
      'Fails with `COLLECTION_NOT_EMPTY` if there are records in the collection, unless `cascade` is true, and with ' +
      '`COLLECTION_REFERENCED` if the schema of another collection has a reference to it.',
    status: 204,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'COLLECTION_NOT_EMPTY', 'COLLECTION_REFERENCED'],
  })
  @AllowsDryRun()
  delete(
    @CurrentCaller() caller: Caller,
    @Param('collection') name: string,
    @Query() { cascade }: DeleteCollectionQuery,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    return this.collections.delete(caller, name, precondition, cascade);
  }
}
