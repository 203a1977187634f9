import { HttpException } from '@nestjs/common';

import { HavenError } from '@haven/kernel';
import type { ErrorCode } from '@haven/kernel';

import { translateDatabaseError } from '../database/database-error.js';

/** What Fastify and Nest say by status alone, in the catalogue's words. */
const BY_STATUS: Record<number, [ErrorCode, string]> = {
  400: ['MALFORMED_REQUEST', 'The request could not be read.'],
  404: ['NOT_FOUND', 'There is nothing at this address.'],
  405: ['METHOD_NOT_ALLOWED', 'This method is not allowed here.'],
  406: ['NOT_ACCEPTABLE', 'None of the accepted media types can be produced.'],
  408: ['REQUEST_TIMEOUT', 'The request did not arrive in time.'],
  413: [
    'PAYLOAD_TOO_LARGE',
    'The body is larger than limits.bodyBytes (of a batch and at /graphql: limits.batchBytes).',
  ],
  414: ['URI_TOO_LONG', 'The address is too long.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'This media type is not understood here.'],
  431: ['HEADERS_TOO_LARGE', 'The request header is too large.'],
  503: ['UNAVAILABLE', 'The server is stopping.'],
};

/** Any thrown thing as an error of the catalogue; what is unknown becomes `INTERNAL`, and its text never leaves. */
export function toHavenError(thrown: unknown): HavenError {
  const error = translateDatabaseError(thrown);
  if (error instanceof HavenError) return error;
  const known = BY_STATUS[statusOf(error) ?? 500];
  if (known) return new HavenError(known[0], known[1], { cause: error });
  return new HavenError('INTERNAL', 'Haven failed; nothing was changed.', { cause: error });
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}
