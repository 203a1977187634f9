import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Injects the format of the patch in a PATCH request, which is determined by its media type (RFC 5789 §2). */
export const PatchFormat = createParamDecorator((_: unknown, context: ExecutionContext): 'mergePatch' | 'jsonPatch' => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return headers['content-type']?.startsWith('application/json-patch+json') ? 'jsonPatch' : 'mergePatch';
});
