import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';

import { CurrentCaller, Expose, Operation } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { UsageView } from '../application/usage.contract.js';
import { UsageService } from '../application/usage.service.js';

/** Parameters of `GET /usage`. */
class UsageQuery {
  @Expose("Id of the tenant. Only operators can name a tenant other than their own. Defaults to the caller's tenant.", {
    optional: true,
  })
  @IsString()
  tenant?: string;
}

/** Serves the usage of tenants over REST. */
@ApiTags('usage')
@Controller({ path: 'usage', version: '1' })
export class UsageController {
  constructor(private readonly service: UsageService) {}

  @Get()
  @Operation({
    id: 'usage',
    summary: 'Read the usage and the limits of the tenant',
    description: 'Returns how much the tenant stores, and the quotas that limit it.',
    response: UsageView,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
  })
  read(@CurrentCaller() caller: Caller, @Query() { tenant }: UsageQuery): Promise<UsageView> {
    return this.service.read(caller, tenant);
  }
}
