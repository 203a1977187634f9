import { HavenError } from './error.js';
import type { ErrorCode } from './catalogue.js';

/** Codes and messages for errors from Fastify and Nest, which have only a status. */
const BY_STATUS: Record<number, [ErrorCode, string]> = {
  400: ['MALFORMED_REQUEST', 'The request could not be parsed.'],
  404: ['NOT_FOUND', 'There is no resource at this URL.'],
  405: ['METHOD_NOT_ALLOWED', 'This resource does not support the method of the request.'],
  406: ['NOT_ACCEPTABLE', 'None of the accepted media types can be produced.'],
  408: ['REQUEST_TIMEOUT', 'The request did not arrive in time.'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than limits.bodyBytes (for a batch: limits.batchBytes).'],
  414: ['URI_TOO_LONG', 'The URL is too long.'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'This operation does not accept the media type of the body.'],
  431: ['HEADERS_TOO_LARGE', 'The request header is too large.'],
  503: ['UNAVAILABLE', 'The server is stopping.'],
};

/**
 * Converts anything thrown to an error of the catalogue. An unknown error becomes `INTERNAL`, and clients never see its
 * text. Database errors have already been translated.
 */
export function toHavenError(error: unknown): HavenError {
  if (error instanceof HavenError) return error;
  const known = BY_STATUS[statusOf(error) ?? 500];
  if (known) return new HavenError(known[0], known[1], { cause: error });
  return new HavenError('INTERNAL', 'An unexpected error occurred; nothing was changed.', { cause: error });
}

/** Returns the HTTP status of an error: Nest calls it `status`, Fastify `statusCode`. */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  const status: unknown = Reflect.get(error, 'statusCode') ?? Reflect.get(error, 'status');
  return typeof status === 'number' ? status : undefined;
}
