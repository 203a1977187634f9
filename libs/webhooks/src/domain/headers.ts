import { invalid, pointerTo } from '@haven/kernel';
import type { HavenError } from '@haven/kernel';

/** Field names and field values of visible ASCII characters and inner spaces (RFC 9110 §5.1, §5.5). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const VALUE = /^[\x21-\x7e]([\x20-\x7e]{0,1998}[\x21-\x7e])?$/;

/** Headers that Haven or the HTTP client sets itself. `webhook-*` is reserved too. */
const RESERVED = new Set([
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'accept-encoding',
  'traceparent',
  'tracestate',
]);

const MAX_HEADERS = 20;

/**
 * Applies changes to headers; a header whose new value is null is removed. Names become lower case. Throws
 * `VALIDATION_FAILED` with a pointer to the invalid header.
 */
export function checkedHeaders(
  before: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const headers = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(changes)) {
    const lower = name.toLowerCase();
    if (!NAME.test(name)) throw invalidHeader(name, 'is not a valid header name (RFC 9110 §5.1)');
    if (RESERVED.has(lower) || lower.startsWith('webhook-'))
      throw invalidHeader(name, 'is a header that Haven sets itself');
    if (value === null) headers.delete(lower);
    else if (typeof value === 'string' && VALUE.test(value)) headers.set(lower, value);
    else throw invalidHeader(name, 'must be 1 to 2,000 visible ASCII characters, or null to remove the header');
  }
  if (headers.size > MAX_HEADERS)
    throw invalid('VALIDATION_FAILED', '/headers', `must have at most ${MAX_HEADERS} headers`);
  return Object.fromEntries(headers);
}

function invalidHeader(name: string, detail: string): HavenError {
  return invalid('VALIDATION_FAILED', pointerTo('/headers', name), detail);
}
