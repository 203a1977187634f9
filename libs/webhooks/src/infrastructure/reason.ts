import { Refusal } from './refusal.js';

/** What the HTTP client has its own names for. */
const NAMES: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_HEADERS_OVERFLOW: 'headers too long',
  UND_ERR_CLOSED: 'stopped',
  UND_ERR_DESTROYED: 'stopped',
};

/** Why there was no answer, in a few words that stay the same: Haven's own, or the code of DNS, the system, TLS or the parser. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  if (code.startsWith('HPE_')) return 'no HTTP';
  return NAMES[code] ?? code;
}
