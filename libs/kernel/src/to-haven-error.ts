import { HavenError } from './error.js';
import type { ErrorCode } from './catalogue.js';

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

/**
 * Returns anything thrown as an error of the catalogue. An unknown error becomes `INTERNAL`, and clients never see its text. Errors
 * of the database arrive translated.
 */
export function toHavenError(error: unknown): HavenError {
  if (error instanceof HavenError) return error;
  const known = BY_STATUS[statusOf(error) ?? 500];
  if (known) return new HavenError(known[0], known[1], { cause: error });
  return new HavenError('INTERNAL', 'Haven failed; nothing was changed.', { cause: error });
}

/** Returns the HTTP status of an error: Nest calls it `status`, Fastify `statusCode`. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const status: unknown = Reflect.get(error, 'statusCode') ?? Reflect.get(error, 'status');
  return typeof status === 'number' ? status : undefined;
}
