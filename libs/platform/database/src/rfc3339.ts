/** Converts a timestamptz(3) in UTC, as PostgreSQL prints it, such as `2026-11-23 09:30:00.12+00`, to RFC 3339. */
export function toRfc3339(text: string): string {
  const fraction = text.slice(20, -3);
  return `${text.slice(0, 10)}T${text.slice(11, 19)}.${fraction.padEnd(3, '0')}Z`;
}

/** Returns the SQL that prints a `timestamptz(3)` in RFC 3339, as `toRfc3339` does. */
export function timeText(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
