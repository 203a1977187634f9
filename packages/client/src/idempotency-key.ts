/** Creates a random key. `crypto.randomUUID` is not used, because browsers have it only on pages with HTTPS. */
export function createKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Writes a key as the value of `Idempotency-Key`, a string in quotes (RFC 9651). */
export function quoteKey(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&')}"`;
}
