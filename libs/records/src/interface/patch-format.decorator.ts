import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

/** Which kind of patch the media type of a PATCH makes its body (RFC 5789 §2). */
export const PatchFormat = createParamDecorator((_: unknown, context: ExecutionContext): 'mergePatch' | 'jsonPatch' => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return headers['content-type']?.startsWith('application/json-patch+json') ? 'jsonPatch' : 'mergePatch';
});
