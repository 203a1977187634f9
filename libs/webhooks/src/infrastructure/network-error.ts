import { errors } from 'undici';

import { EgressDenied } from './egress-denied.js';

/** What the HTTP client has its own names for. */
const NAMES: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_HEADERS_OVERFLOW: 'headers too long',
  UND_ERR_CLOSED: 'stopped',
  UND_ERR_DESTROYED: 'stopped',
};

/** Why there was no answer, in a few words that stay the same: Haven's own, or the code of DNS, the system or TLS. */
export function describeNetworkError(error: unknown): string {
  if (error instanceof EgressDenied) return error.message;
  if (error instanceof errors.HTTPParserError) return 'no HTTP';
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  return NAMES[code] ?? code;
}
