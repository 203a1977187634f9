import type { IncomingMessage } from 'node:http';

/** Matches URLs whose path is certainly normalized already. */
const CANONICAL = /^\/(?:[^%./?#\\]|\/(?![./])|(?<!\/)\.)*(?:\?|$)/;

/** Matches escaped letters, digits, `-`, `.`, `_` and `~`, which mean the same unescaped (RFC 3986 §2.3). */
const UNRESERVED = /%(?:4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae]|3[0-9]|2[de])/gi;

/**
 * Normalizes a URL (RFC 3986 §6.2.2). The router also accepts spellings such as `/%61pi` and `http://any/api`. After
 * normalization, `Location`, `Link`, the `instance` of problems and the fingerprint of a request with an
 * `Idempotency-Key` are the same for all spellings. Access control does not depend on this, because it is declared on
 * the route.
 */
export function canonicalUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  if (CANONICAL.test(url) || !URL.canParse(url, BASE)) return url;
  const { pathname, search } = new URL(url.startsWith('/') ? `${BASE}${url}` : url, BASE);
  return pathname.replace(UNRESERVED, decodeURIComponent) + search;
}

const BASE = 'http://haven';
