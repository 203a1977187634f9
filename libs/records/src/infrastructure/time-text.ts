/** Returns the SQL that prints a `timestamptz(3)` in RFC 3339, as `toRfc3339` does. */
export function timeText(time: string): string {
  return `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
