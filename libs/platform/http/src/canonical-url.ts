import type { IncomingMessage } from 'node:http';

/** Nothing in a path like this has two spellings. */
const CANONICAL = /^\/(?:[^%./?#\\]|\/(?![./])|(?<!\/)\.)*(?:\?|$)/;

/** Letters, digits, `-`, `.`, `_` and `~`, which mean the same escaped (RFC 3986 §2.3). */
const UNRESERVED = /%(?:4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9ae]|3[0-9]|2[de])/gi;

/**
 * Gives a URL its one spelling (RFC 3986 §6.2.2). The router accepts `/%61pi` and `http://any/api` as well; this way
 * `Location`, `Link`, `instance` of problems and the fingerprint of a request with an `Idempotency-Key` are the same for all
 * of them. Access does not depend on it: that is declared on the route.
 */
export function canonicalUrl({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  if (CANONICAL.test(url) || !URL.canParse(url, BASE)) return url;
  const { pathname, search } = new URL(url.startsWith('/') ? `${BASE}${url}` : url, BASE);
  return pathname.replace(UNRESERVED, decodeURIComponent) + search;
}

const BASE = 'http://haven';
