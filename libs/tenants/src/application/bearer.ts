import { HavenError } from '@haven/kernel';

/** The token of `Authorization: Bearer …` (RFC 6750 §2.1); undefined without the header. */
export function bearerOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, token] = /^Bearer +([\w\-.~+/]+=*) *$/i.exec(String(header)) ?? [];
  if (token !== undefined) return token;
  throw unauthenticated('Authorization must read "Bearer" and an API key or token.', 'invalid_request');
}

/** `UNAUTHENTICATED`, with the challenge that says why (RFC 6750 §3). */
export function unauthenticated(detail: string, error?: 'invalid_request' | 'invalid_token'): HavenError {
  const reason = error === undefined ? '' : `, error="${error}", error_description="${detail.replaceAll('"', "'")}"`;
  return new HavenError('UNAUTHENTICATED', detail, {
    headers: { 'www-authenticate': `Bearer realm="haven"${reason}` },
  });
}
