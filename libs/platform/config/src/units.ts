export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const KIB = 1024;
export const MIB = 1024 * KIB;
export const GIB = 1024 * MIB;

const durations: Units = { d: DAY, h: HOUR, m: MINUTE, s: SECOND, ms: 1 };
const sizes: Units = { GiB: GIB, MiB: MIB, KiB: KIB, B: 1 };

type Units = Readonly<Record<string, number>>;

/**
 * Parses a duration, an integer with a unit (`500ms`, `30s`, `5m`, `24h`, `7d`), to milliseconds; undefined if invalid.
 */
export function parseDuration(text: string): number | undefined {
  return parse(text, durations);
}

/**
 * Parses a size, an integer with or without a unit (`512B`, `64KiB`, `1MiB`, `1GiB`), to bytes; undefined if invalid.
 */
export function parseSize(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : parse(text, sizes);
}

/** Prints a duration in the largest unit in which it is an integer; `parseDuration` reverses this. */
export function printDuration(milliseconds: number): string {
  return milliseconds === 0 ? '0s' : print(milliseconds, durations);
}

/** Prints a size in the largest unit in which it is an integer; `parseSize` reverses this. */
export function printSize(bytes: number): string {
  return bytes === 0 ? '0B' : print(bytes, sizes);
}

function parse(text: string, units: Units): number | undefined {
  const [, count, unit] = /^(\d+)([A-Za-z]+)$/.exec(text) ?? [];
  const factor = unit !== undefined && Object.hasOwn(units, unit) ? units[unit] : undefined;
  return factor === undefined ? undefined : Number(count) * factor;
}

function print(amount: number, units: Units): string {
  const [unit, factor] = Object.entries(units).find(([, factor]) => amount % factor === 0) ?? ['', 1];
  return `${amount / factor}${unit}`;
}
