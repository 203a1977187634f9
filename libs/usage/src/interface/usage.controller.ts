import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';

import { CurrentCaller, Expose, Operation } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { UsageView } from '../application/usage.contract.js';
import { UsageService } from '../application/usage.service.js';

/** Parameters of `GET /usage`. */
class UsageQuery {
  @Expose('For operators: the tenant that is meant; left out, their own.', { optional: true })
  @IsString()
  tenant?: string;
}

/** Usage over REST. */
@ApiTags('usage')
@Controller({ path: 'usage', version: '1' })
export class UsageController {
  constructor(private readonly service: UsageService) {}

  @Get()
  @Operation({
    id: 'usage',
    summary: 'Read how much the tenant has, and may have',
    response: UsageView,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
  })
  read(@CurrentCaller() caller: Caller, @Query() { tenant }: UsageQuery): Promise<UsageView> {
    return this.service.read(caller, tenant);
  }
}
