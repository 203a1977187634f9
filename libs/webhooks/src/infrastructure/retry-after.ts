const MAX_MS = 24 * 3_600_000;

/** The three date formats of RFC 9110 §5.6.7. The last format has no time zone and means GMT. */
const HTTP_DATE =
  /^[A-Z][a-z]+(, \d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT| [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/;

/**
 * Returns the milliseconds that `Retry-After` specifies (RFC 9110 §10.2.3), at most a day; null if absent or invalid.
 */
export function retryAfter(header: string | string[] | undefined, now: number): number | null {
  if (typeof header !== 'string') return null;
  const wait = /^\d+$/.test(header) ? Number(header) * 1_000 : dateOf(header) - now;
  return Number.isNaN(wait) ? null : Math.min(Math.max(wait, 0), MAX_MS);
}

function dateOf(text: string): number {
  if (!HTTP_DATE.test(text)) return NaN;
  return Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
}
