import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation, PageClass } from '@haven/api';
import type { PageOf } from '@haven/api';
import { Idempotent } from '@haven/idempotency';
import type { Caller } from '@haven/kernel';

import { ApiKeyView, IssuedApiKeyView, KeyRotationInput, NewApiKeyInput } from '../application/api-keys.contract.js';
import { ApiKeysService } from '../application/api-keys.service.js';
import { ApiKeyQuery, ListApiKeysQuery } from './api-keys.query.js';

const ApiKeyPage = PageClass(ApiKeyView, 'ApiKeyPage');

/** Manages API keys over REST. */
@ApiTags('api-keys')
@Controller({ path: 'api-keys', version: '1' })
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'createApiKey',
    summary: 'Create an API key',
    description:
      'Only this response contains the key itself, as `token`. A key can grant only scopes that its creator ' +
      'holds.',
    status: 201,
    body: NewApiKeyInput,
    example: { name: 'web shop', scopes: ['records:read'] },
    response: IssuedApiKeyView,
    secret: true,
    errors: ['NOT_FOUND', 'QUOTA_EXCEEDED'],
  })
  create(@CurrentCaller() caller: Caller, @Body() input: NewApiKeyInput): Promise<IssuedApiKeyView> {
    return this.keys.create(caller, input);
  }

  @Get()
  @Operation({
    id: 'apiKeys',
    summary: 'List the API keys, oldest first',
    description: 'The list contains no secrets. Only operators can list the keys of another tenant (`tenant`).',
    response: ApiKeyPage,
    errors: ['NOT_FOUND', 'CURSOR_INVALID', 'VALIDATION_FAILED', 'LIMIT_EXCEEDED'],
  })
  async list(@CurrentCaller() caller: Caller, @Query() query: ListApiKeysQuery): Promise<PageOf<ApiKeyView>> {
    return ApiKeyPage.of(await this.keys.list(caller, query, query.tenant));
  }

  @Get(':id')
  @Operation({
    id: 'apiKey',
    summary: 'Read an API key',
    description: 'Returns everything about the key except its secret.',
    response: ApiKeyView,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
  })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() query: ApiKeyQuery): Promise<ApiKeyView> {
    return this.keys.get(caller, id, query.tenant);
  }

  @Delete(':id')
  @Idempotent()
  @Operation({
    id: 'revokeApiKey',
    summary: 'Revoke an API key',
    description: 'Within a second the key is rejected everywhere, and the connections that it opened are closed.',
    status: 204,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
  })
  revoke(@CurrentCaller() caller: Caller, @Param('id') id: string, @Query() query: ApiKeyQuery): Promise<void> {
    return this.keys.revoke(caller, id, query.tenant);
  }

  @Post(':id/rotate')
  @Idempotent()
  @Operation({
    id: 'rotateApiKey',
    summary: 'Give an API key a new secret',
    description: 'Its id, scopes and history stay. The previous secret remains valid for `overlapSeconds`.',
    body: KeyRotationInput,
    example: { overlapSeconds: 3_600 },
    response: IssuedApiKeyView,
    secret: true,
    errors: ['NOT_FOUND'],
  })
  rotate(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() input: KeyRotationInput,
  ): Promise<IssuedApiKeyView> {
    return this.keys.rotate(caller, id, input);
  }
}
