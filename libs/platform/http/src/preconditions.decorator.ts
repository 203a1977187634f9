import { createParamDecorator } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

import { Precondition } from '@haven/kernel';
import type { EntityTags } from '@haven/kernel';

import { entityTagsIn, parseEntityTags } from './entity-tag.js';

/** Passes the request's `If-Match` and `If-None-Match` to a handler as a {@link Precondition}. */
export const Preconditions = createParamDecorator((_: unknown, context: ExecutionContext): Precondition => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  return new Precondition(
    ifMatch === undefined ? undefined : parseEntityTags(ifMatch, 'If-Match'),
    ifNoneMatch === undefined ? undefined : parseEntityTags(ifNoneMatch, 'If-None-Match'),
  );
});

/** Passes the entity tags in `If-None-Match` to a handler; undefined without that header. */
export const KnownTags = createParamDecorator((_: unknown, context: ExecutionContext): EntityTags | undefined => {
  const header = context.switchToHttp().getRequest<FastifyRequest>().headers['if-none-match'];
  return header === undefined ? undefined : entityTagsIn(header, 'If-None-Match');
});
