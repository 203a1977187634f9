import { Injectable } from '@nestjs/common';
import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { tap } from 'rxjs';
import type { Observable } from 'rxjs';

import { toHavenError } from '@haven/kernel';

/**
 * Records a span for the handler of each REST request; used only if traces are exported. For GraphQL,
 * `observeOperations` records the operation instead.
 */
@Injectable()
export class TracingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const name = `${context.getClass().name}.${context.getHandler().name}`;
    const { trace } = context.switchToHttp().getRequest<FastifyRequest>();
    const end = trace.spans?.begin(name, { 'code.function.name': name });
    return end
      ? next.handle().pipe(tap({ complete: () => end(), error: (error) => end(toHavenError(error).code) }))
      : next.handle();
  }
}
