/** Adds one reference token to a JSON Pointer (RFC 6901 §3–4): `~` and `/` are escaped. */
export function pointerTo(parent: string, token: string | number): string {
  if (typeof token === 'number') return `${parent}/${token}`;
  return `${parent}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
