import { HavenError } from '@haven/kernel';

/** Returns the token of `Authorization: Bearer …` (RFC 6750 §2.1), or undefined if there is no such header. */
export function bearerOf(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const [, token] = /^Bearer +([\w\-.~+/]+=*) *$/i.exec(String(header)) ?? [];
  if (token !== undefined) return token;
  throw unauthenticated(
    'The Authorization header must be "Bearer" followed by an API key or token.',
    'invalid_request',
  );
}

/** Creates an `UNAUTHENTICATED` error whose `WWW-Authenticate` challenge states the reason (RFC 6750 §3). */
export function unauthenticated(detail: string, error?: 'invalid_request' | 'invalid_token'): HavenError {
  const reason = error === undefined ? '' : `, error="${error}", error_description="${detail.replaceAll('"', "'")}"`;
  return new HavenError('UNAUTHENTICATED', detail, {
    headers: { 'www-authenticate': `Bearer realm="haven"${reason}` },
  });
}
