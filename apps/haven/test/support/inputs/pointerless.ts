import { catalogue } from '@haven/kernel';

/**
 * Codes whose errors need no pointer into the request: the URL names the resource, the text gives the line and column,
 * or the error is about the request as a whole or about a header, which it names.
 */
const POINTERLESS: ReadonlySet<string> = new Set([
  'NOT_FOUND',
  'METHOD_NOT_ALLOWED',
  'MALFORMED_JSON',
  'MALFORMED_REQUEST',
  'IDEMPOTENCY_KEY_INVALID',
  'IDEMPOTENCY_MISMATCH',
  'PAYLOAD_TOO_LARGE',
  'URI_TOO_LONG',
  'UNSUPPORTED_MEDIA_TYPE',
  'VERSION_CONFLICT',
  'ALREADY_EXISTS',
  'COLLECTION_NOT_EMPTY',
  'HISTORY_PRUNED',
]);

/** Returns what is wrong with an error that a client gets for its input; undefined if nothing is. */
export function faultOf(status: number, code: unknown, pointer: unknown): string | undefined {
  const entry = Object.entries(catalogue).find(([name]) => name === code)?.[1];
  if (status < 400 || status >= 500) return `status ${status} ${String(code)}`;
  if (!entry || entry.status !== status) return `status ${status} with the code ${String(code)}`;
  return typeof pointer === 'string' || POINTERLESS.has(String(code)) ? undefined : `${String(code)} without a pointer`;
}
