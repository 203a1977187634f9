import { HavenError } from '@haven/kernel';

/** A Structured Fields String (RFC 9651 §3.3.3): printable ASCII in quotes, with `\"` and `\\` for those two. */
const QUOTED = /^"((?:[ !#-[\]-~]|\\["\\])*)"$/;

/** What clients send that do not quote. */
const BARE = /^[!#-~][ -~]*$/;

const LONGEST = 255;

/** The key that the values of `Idempotency-Key` spell, quoted or bare; anything else is `IDEMPOTENCY_KEY_INVALID`. */
export function parseIdempotencyKey(values: readonly string[]): string {
  const [value = '', ...others] = values;
  const quoted = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, '$1');
  const key = quoted ?? (BARE.test(value) ? value : '');
  if (key.length >= 1 && key.length <= LONGEST && others.length === 0) return key;
  throw new HavenError(
    'IDEMPOTENCY_KEY_INVALID',
    `Idempotency-Key must be one string of 1 to ${LONGEST} printable ASCII characters, such as "8e03978e-40d5-43dd-bc93-6894a57f9324".`,
  );
}
