const COUNT = new Intl.NumberFormat(undefined, { maximumFractionDigits: 2 });
const SHORT = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 });
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** Returns a number for people, with separators of thousands. */
export function countText(value: number): string {
  return COUNT.format(value);
}

/** Returns a number of things, such as `1 change` and `2 changes`. */
export function countOf(number: number, thing: string, things = `${thing}s`): string {
  return `${COUNT.format(number)} ${number === 1 ? thing : things}`;
}

/** Returns a size with three digits, in decimal units. */
export function bytesText(bytes: number): string {
  let rest = bytes;
  let unit = 0;
  while (Math.round(rest) >= 1_000 && unit < UNITS.length - 1) {
    rest /= 1_000;
    unit += 1;
  }
  return `${SHORT.format(rest)} ${UNITS[unit] ?? ''}`;
}

/** Returns a duration with three digits, in milliseconds or seconds; a dash if nothing was measured. */
export function durationText(ms: number | null): string {
  if (ms === null) return '–';
  return ms < 1_000 ? `${SHORT.format(ms)} ms` : `${SHORT.format(ms / 1_000)} s`;
}
