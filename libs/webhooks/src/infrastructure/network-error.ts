import { errors } from 'undici';

import { EgressDenied } from './egress-denied.js';

/** Descriptions of undici's own error codes. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_HEADERS_OVERFLOW: 'headers too long',
  UND_ERR_CLOSED: 'stopped',
  UND_ERR_DESTROYED: 'stopped',
};

/**
 * Describes why there was no response: with one of Haven's own texts, or with the error code from DNS, the operating
 * system or TLS.
 */
export function describeNetworkError(error: unknown): string {
  if (error instanceof EgressDenied) return error.message;
  if (error instanceof errors.HTTPParserError) return 'invalid HTTP response';
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  return DESCRIPTIONS[code] ?? code;
}
