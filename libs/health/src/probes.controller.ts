import {
  Catch,
  Controller,
  Get,
  Query,
  ServiceUnavailableException,
  UseFilters,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter, PipeTransform } from '@nestjs/common';
import { ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger';
import { HealthCheck } from '@nestjs/terminus';
import type { HealthCheckResult } from '@nestjs/terminus';
import type { FastifyReply } from 'fastify';

import { Public, validationFailed } from '@haven/api';
import { IgnoresUndeclaredInput } from '@haven/http';

import { ProbesService } from './probes.service.js';
import type { Health, Readiness } from './probes.service.js';

/** Sends Terminus's body for a failing probe instead of a problem (RFC 9457), because monitoring tools parse it. */
@Catch(ServiceUnavailableException)
class ProbeFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(failure: ServiceUnavailableException, host: ArgumentsHost): unknown {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    return reply.code(failure.getStatus()).send(failure.getResponse());
  }
}

/** Refuses a purpose that readiness does not know, because it would otherwise be ignored. */
const PURPOSE: PipeTransform<unknown, 'writes' | undefined> = {
  transform(value) {
    if (value === undefined || value === 'writes') return value;
    throw validationFailed([{ code: 'VALIDATION_FAILED', detail: 'Must be `writes` or absent.', pointer: '/for' }]);
  },
};

/** Probes for orchestrators and load balancers: outside the API, public, and without data of tenants. */
@ApiTags('health')
@Controller({ path: '', version: VERSION_NEUTRAL })
@IgnoresUndeclaredInput()
@UseFilters(ProbeFilter)
export class ProbesController {
  constructor(private readonly probes: ProbesService) {}

  @Get('livez')
  @Public()
  @HealthCheck()
  @ApiOperation({
    operationId: 'getLiveness',
    summary: 'Whether the process runs',
    description: 'Does not query the database. If it fails, restart the process.',
  })
  live(): HealthCheckResult {
    return this.probes.live();
  }

  @Get('readyz')
  @Public()
  @HealthCheck()
  @ApiOperation({
    operationId: 'getReadiness',
    summary: 'Whether the process can serve reads',
    description: '`writes` in the body says whether writes work too. If it fails, send no requests to the process.',
  })
  @ApiQuery({
    name: 'for',
    required: false,
    enum: ['writes'],
    description: 'With `writes`, the response is 503 unless writes work too.',
  })
  ready(@Query('for', PURPOSE) purpose?: 'writes'): Promise<Readiness> {
    return purpose === 'writes' ? this.probes.readyForWrites() : this.probes.ready();
  }

  @Get('startupz')
  @Public()
  @HealthCheck()
  @ApiOperation({
    operationId: 'getStartup',
    summary: 'Whether the start is complete',
    description: 'Fails until the process has started, so that no other probe needs to wait for it.',
  })
  started(): Promise<HealthCheckResult> {
    return this.probes.started();
  }

  @Get('health')
  @Public()
  @HealthCheck()
  @ApiOperation({
    operationId: 'getHealth',
    summary: 'The state of every component',
    description: 'For people and monitoring. The status is that of `/readyz`.',
  })
  details(): Promise<Health> {
    return this.probes.details();
  }
}
