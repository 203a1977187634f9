let second = -1;
let beginning = '';

/** Returns the current time as RFC 3339 text. Converts the date only once a second. */
export function isoTimestamp(now = Date.now()): string {
  const current = Math.floor(now / 1_000);
  if (current !== second) {
    second = current;
    beginning = new Date(current * 1_000).toISOString().slice(0, 20);
  }
  return `${beginning}${String(now % 1_000).padStart(3, '0')}Z`;
}
