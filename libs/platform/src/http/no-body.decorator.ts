import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { invalid } from '@haven/kernel';

/** For what can not be undone and takes no body: one that comes all the same means something that would not be heeded. */
export const NoBody = createParamDecorator((_: unknown, context: ExecutionContext): void => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (body != null) throw invalid('VALIDATION_FAILED', '', 'This takes no body; a precondition is an If-Match header');
});
