import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import type { JsonValue } from '@haven/kernel';

/** The body of a PATCH and which kind of patch its media type makes it (RFC 5789 §2). */
export const PatchBody = createParamDecorator((_: unknown, context: ExecutionContext) => {
  const request = context.switchToHttp().getRequest<FastifyRequest<{ Body: JsonValue }>>();
  const isJsonPatch = request.headers['content-type']?.startsWith('application/json-patch+json');
  return { kind: isJsonPatch ? 'jsonPatch' : 'mergePatch', body: request.body };
});
