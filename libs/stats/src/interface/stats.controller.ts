import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { IsString } from 'class-validator';

import { CurrentCaller, Expose, Operation } from '@haven/api';
import type { Caller } from '@haven/kernel';

import { StatsView } from '../application/stats.contract.js';
import { StatsService } from '../application/stats.service.js';
import { STATS_TENANT } from './stats.resolver.js';

/** Parameters of `GET /stats`. */
class StatsQuery {
  @Expose(STATS_TENANT, { optional: true })
  @IsString()
  tenant?: string;
}

/** Serves the overview over REST. */
@ApiTags('stats')
@Controller({ path: 'stats', version: '1' })
export class StatsController {
  constructor(private readonly service: StatsService) {}

  @Get()
  @Operation({
    id: 'stats',
    summary: 'Read the overview of the tenant',
    description:
      'Returns what the tenant stores, by collection, and what happened within the last hour: requests, latency, ' +
      'errors, how fast changes reach the feed, and the backlog of webhooks. Requests that all processes served are ' +
      'included within five seconds.',
    response: StatsView,
    errors: ['NOT_FOUND', 'VALIDATION_FAILED'],
  })
  read(@CurrentCaller() caller: Caller, @Query() { tenant }: StatsQuery): Promise<StatsView> {
    return this.service.read(caller, tenant);
  }
}
