import { Catch, ServiceUnavailableException } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

/** Keeps Terminus's body on a failing probe: tools read that format, so it does not become a problem. */
@Catch(ServiceUnavailableException)
export class ProbeFilter implements ExceptionFilter<ServiceUnavailableException> {
  catch(failure: ServiceUnavailableException, host: ArgumentsHost): unknown {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    return reply.code(failure.getStatus()).send(failure.getResponse());
  }
}
