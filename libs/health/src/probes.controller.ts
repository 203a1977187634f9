import { Catch, Controller, Get, ServiceUnavailableException, UseFilters, VERSION_NEUTRAL } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';

import { Public } from '@haven/api';
import { IgnoresUndeclaredInput } from '@haven/http';

import { ProbesService } from './probes.service.js';

/** Keeps Terminus's body on a failing probe: tools read that format, so it does not become a problem. */
@Catch(ServiceUnavailableException)
class ProbeFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(failure: ServiceUnavailableException, host: ArgumentsHost): unknown {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    return reply.code(failure.getStatus()).send(failure.getResponse());
  }
}

/** For orchestrators and load balancers: outside the API, open to everyone, without a tenant's data. */
@ApiTags('Health')
@Controller({ path: '', version: VERSION_NEUTRAL })
@IgnoresUndeclaredInput()
@UseFilters(ProbeFilter)
export class ProbesController {
  constructor(private readonly probes: ProbesService) {}

  @Get('livez')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process runs; never asks the database' })
  live(): HealthCheckResult {
    return this.probes.live();
  }

  @Get('readyz')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether to send requests here' })
  ready(): Promise<HealthCheckResult> {
    return this.probes.ready();
  }

  @Get('startupz')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getStartup', summary: 'Whether the start is over' })
  started(): Promise<HealthCheckResult> {
    return this.probes.started();
  }

  @Get('health')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getHealth', summary: 'The same as /readyz, under its usual name' })
  details(): Promise<HealthCheckResult> {
    return this.probes.ready();
  }
}
