import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation, PageClass, PageQuery } from '@haven/api';
import type { PageOf } from '@haven/api';
import { Preconditions } from '@haven/http';
import { Idempotent } from '@haven/idempotency';
import type { Caller, Precondition } from '@haven/kernel';

import { NewTenantInput, TenantChangesInput, TenantView } from '../application/tenants.contract.js';
import { TenantsService } from '../application/tenants.service.js';

const TenantPage = PageClass(TenantView, 'TenantPage');

/** Manages tenants over REST, for operators. */
@ApiTags('tenants')
@Controller({ path: 'tenants', version: '1' })
export class TenantsController {
  constructor(private readonly tenants: TenantsService) {}

  @Post()
  @Idempotent()
  @Operation({
    id: 'createTenant',
    summary: 'Create a tenant',
    description:
      'Only for operators. The new tenant has no key: create one with `POST /api-keys`, with the id of the ' +
      'tenant in `tenant`.',
    status: 201,
    body: NewTenantInput,
    example: { name: 'Acme' },
    response: TenantView,
    etag: true,
    errors: ['ALREADY_EXISTS'],
  })
  create(@CurrentCaller() caller: Caller, @Body() input: NewTenantInput): Promise<TenantView> {
    return this.tenants.create(caller, input);
  }

  @Get()
  @Operation({
    id: 'tenants',
    summary: 'List the tenants, oldest first',
    description:
      'Only for operators. The list contains suspended tenants, and deleted ones until their data is removed.',
    response: TenantPage,
    errors: ['CURSOR_INVALID', 'VALIDATION_FAILED', 'LIMIT_EXCEEDED'],
  })
  async list(@CurrentCaller() caller: Caller, @Query() query: PageQuery): Promise<PageOf<TenantView>> {
    return TenantPage.of(await this.tenants.list(caller, query));
  }

  @Get(':id')
  @Operation({
    id: 'tenant',
    summary: 'Read a tenant',
    description: 'Only for operators. The `ETag` is the revision of the tenant.',
    response: TenantView,
    etag: true,
    additionalResponses: { 304: 'Unchanged: the `If-None-Match` header names the current revision.' },
    errors: ['NOT_FOUND'],
  })
  get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<TenantView> {
    return this.tenants.get(caller, id);
  }

  @Patch(':id')
  @Idempotent()
  @Operation({
    id: 'updateTenant',
    summary: 'Rename, suspend or resume a tenant, or change its quotas',
    description:
      'Only for operators. Members that are left out stay unchanged. The data of a suspended tenant is kept.',
    body: TenantChangesInput,
    example: { name: 'Acme Ltd.' },
    consumes: ['application/merge-patch+json', 'application/json'],
    response: TenantView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', 'ALREADY_EXISTS', 'VERSION_CONFLICT'],
  })
  change(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() input: TenantChangesInput,
    @Preconditions() precondition: Precondition,
  ): Promise<TenantView> {
    return this.tenants.change(caller, id, input, precondition);
  }

  @Delete(':id')
  @Idempotent()
  @Operation({
    id: 'deleteTenant',
    summary: 'Delete a tenant and all its data',
    description:
      'Its keys and tokens are rejected at once; its data is removed in the background. ' +
      'Until that is done, its `state` is `deleting`.',
    status: 202,
    response: TenantView,
    etag: true,
    conditional: true,
    errors: ['NOT_FOUND', 'VERSION_CONFLICT', 'VALIDATION_FAILED'],
  })
  delete(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<TenantView> {
    return this.tenants.delete(caller, id, precondition);
  }
}
