/** Positions of the slider. */
export const POSITIONS = 1_000;

/** Returns the time at a position between two times; null at the end, which is now. */
export function timeAt(position: number, from: number, to: number): string | null {
  if (position >= POSITIONS) return null;
  return new Date(from + ((to - from) * Math.max(0, position)) / POSITIONS).toISOString();
}

/** Returns the position of a time; null is now. */
export function positionOf(time: string | null, from: number, to: number): number {
  if (time === null || to <= from) return POSITIONS;
  const position = ((Date.parse(time) - from) / (to - from)) * POSITIONS;
  return Number.isNaN(position) ? POSITIONS : Math.min(POSITIONS, Math.max(0, position));
}

/** Reads a time that was typed or chosen in the time zone of the reader: RFC 3339, or `2026-11-30T12:00`. */
export function readTime(text: string): string | undefined {
  const time = Date.parse(text.trim());
  return text.trim() === '' || Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** Returns a time as the browser's input for local times has it. */
export function localTime(time: string | null): string {
  if (time === null) return '';
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 23);
}

/** Returns the last of some times that is before another; now is after the last but one, whose state is the current. */
export function timeBefore(value: string | null, times: readonly string[]): string | undefined {
  const sorted = times.toSorted((one, other) => Date.parse(one) - Date.parse(other));
  if (value === null) return sorted.at(-2);
  return sorted.findLast((time) => Date.parse(time) < Date.parse(value));
}

/** Returns the first of some times that is after another; null, which is now, for the last and after it. */
export function timeAfter(value: string | null, times: readonly string[]): string | null {
  if (value === null) return null;
  const sorted = times.toSorted((one, other) => Date.parse(one) - Date.parse(other));
  const next = sorted.find((time) => Date.parse(time) > Date.parse(value));
  return next === undefined || next === sorted.at(-1) ? null : next;
}
