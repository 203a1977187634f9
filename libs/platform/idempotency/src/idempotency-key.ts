import { HavenError } from '@haven/kernel';

/** Matches a Structured Fields String (RFC 9651 §3.3.3): printable ASCII in quotes, with the escapes `\"` and `\\`. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;

/** Matches a key without quotes, which some clients send. */
const BARE = /^[!#-~][ -~]*$/;

const MAX_LENGTH = 255;

/**
 * Parses the values of `Idempotency-Key`, quoted or not. Throws `IDEMPOTENCY_KEY_INVALID` unless there is one valid
 * key.
 */
export function parseIdempotencyKey(values: readonly string[]): string {
  const [value = '', ...others] = values;
  const quoted = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, '$1');
  const key = quoted ?? (BARE.test(value) ? value : '');
  if (key.length >= 1 && key.length <= MAX_LENGTH && others.length === 0) return key;
  throw new HavenError(
    'IDEMPOTENCY_KEY_INVALID',
    `Idempotency-Key must be one string of 1 to ${MAX_LENGTH} printable ASCII characters, such as ` +
      '"8e03978e-40d5-43dd-bc93-6894a57f9324".',
  );
}
