import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';

import { CurrentCaller, Operation } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { CallerView } from '../application/caller.contract.js';
import { TenantsService } from '../application/tenants.service.js';

/** Describes the caller over REST. */
@ApiTags('caller')
@Controller({ path: 'caller', version: '1' })
export class CallerController {
  constructor(private readonly tenants: TenantsService) {}

  @Get()
  @Operation({
    id: 'caller',
    summary: 'Read who the caller is, and what it may do',
    description: 'Needs no scope. A client can use it to offer only what its key allows.',
    response: CallerView,
    errors: [],
  })
  caller(@CurrentCaller() caller: Caller): Promise<CallerView> {
    return this.tenants.describe(caller);
  }
}
