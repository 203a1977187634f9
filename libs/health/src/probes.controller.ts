import { Controller, Get, UseFilters, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';

import { IgnoresUndeclaredInput } from '@haven/platform';

import { ProbeFilter } from './probe.filter.js';
import { ProbesService } from './probes.service.js';

/** For orchestrators and load balancers: outside the API, open to everyone, without a tenant's data. */
@ApiTags('Health')
@Controller({ path: '', version: VERSION_NEUTRAL })
@IgnoresUndeclaredInput()
@UseFilters(ProbeFilter)
export class ProbesController {
  constructor(private readonly probes: ProbesService) {}

  @Get('livez')
  @HealthCheck()
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process runs; never asks the database' })
  live(): HealthCheckResult {
    return this.probes.live();
  }

  @Get('readyz')
  @HealthCheck()
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether to send requests here' })
  ready(): Promise<HealthCheckResult> {
    return this.probes.ready();
  }

  @Get('startupz')
  @HealthCheck()
  @ApiOperation({ operationId: 'getStartup', summary: 'Whether the start is over' })
  started(): Promise<HealthCheckResult> {
    return this.probes.started();
  }

  @Get('health')
  @HealthCheck()
  @ApiOperation({ operationId: 'getHealth', summary: 'The same as /readyz, under its usual name' })
  details(): Promise<HealthCheckResult> {
    return this.probes.ready();
  }
}
