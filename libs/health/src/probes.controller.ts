import { Catch, Controller, Get, ServiceUnavailableException, UseFilters, VERSION_NEUTRAL } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheck } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';

import { Public } from '@haven/api';
import { IgnoresUndeclaredInput } from '@haven/http';

import { ProbesService } from './probes.service.js';

/** Sends Terminus's body for a failing probe instead of a problem (RFC 9457), because monitoring tools parse it. */
@Catch(ServiceUnavailableException)
class ProbeFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(failure: ServiceUnavailableException, host: ArgumentsHost): unknown {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    return reply.code(failure.getStatus()).send(failure.getResponse());
  }
}

/** Probes for orchestrators and load balancers: outside the API, public, and without data of tenants. */
@ApiTags('Health')
@Controller({ path: '', version: VERSION_NEUTRAL })
@IgnoresUndeclaredInput()
@UseFilters(ProbeFilter)
export class ProbesController {
  constructor(private readonly probes: ProbesService) {}

  @Get('livez')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getLiveness', summary: 'Whether the process runs; does not query the database' })
  live(): HealthCheckResult {
    return this.probes.live();
  }

  @Get('readyz')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getReadiness', summary: 'Whether the process can serve requests' })
  ready(): Promise<HealthCheckResult> {
    return this.probes.ready();
  }

  @Get('startupz')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getStartup', summary: 'Whether the start is complete' })
  started(): Promise<HealthCheckResult> {
    return this.probes.started();
  }

  @Get('health')
  @Public()
  @HealthCheck()
  @ApiOperation({ operationId: 'getHealth', summary: 'The same as /readyz, under a common name' })
  details(): Promise<HealthCheckResult> {
    return this.probes.ready();
  }
}
