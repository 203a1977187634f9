const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** Returns a number of bytes with three digits, such as `1.29 MB`. */
export function formatBytes(bytes: number): string {
  let amount = bytes;
  let unit = 0;
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? amount : Number(amount.toPrecision(3))} ${UNITS[unit]}`;
}
