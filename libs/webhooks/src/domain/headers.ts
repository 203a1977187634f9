import { invalid, pointerTo } from '@haven/kernel';
import type { HavenError } from '@haven/kernel';

/** A field name and a value that need no encoding (RFC 9110 §5.1, §5.5). */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$/;
const VALUE = /^[\x21-\x7e]([\x20-\x7e]{0,1998}[\x21-\x7e])?$/;

/** What Haven, or the connection, says itself. */
const OURS = new Set([
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

const MOST = 20;

/** The headers with these changes, of which null takes away; names are kept in lower case. `VALIDATION_FAILED` names the header. */
export function checkedHeaders(
  before: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const headers = new Map(Object.entries(before));
  for (const [name, value] of Object.entries(changes)) {
    const lower = name.toLowerCase();
    if (!NAME.test(name)) throw flaw(name, 'is no name of a header (RFC 9110 §5.1)');
    if (OURS.has(lower) || lower.startsWith('webhook-')) throw flaw(name, 'is a header that Haven sets itself');
    if (value === null) headers.delete(lower);
    else if (typeof value === 'string' && VALUE.test(value)) headers.set(lower, value);
    else throw flaw(name, 'must be 1 to 2,000 visible ASCII characters, or null to take it away');
  }
  if (headers.size > MOST) throw invalid('VALIDATION_FAILED', '/headers', `must be at most ${MOST}`);
  return Object.fromEntries(headers);
}

function flaw(name: string, detail: string): HavenError {
  return invalid('VALIDATION_FAILED', pointerTo('/headers', name), detail);
}
