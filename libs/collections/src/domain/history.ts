import { invalid, isJsonObject, pointerTo } from '@haven/kernel';
import type { JsonValue } from '@haven/kernel';

/**
 * How long older versions of records are kept. A version is deleted once it exceeds every limit; the newest version is
 * never deleted.
 */
export interface History {
  /** Minimum number of versions of a record that are kept, counted from the newest; null if there is no such limit. */
  keep: number | null;
  /**
   * Minimum time for which a version is kept after a newer one replaced it, in days, hours or minutes, such as `90d`;
   * null if there is no such limit.
   */
  for: string | null;
}

const KEEP_MAX = 1_000_000;
const DURATION = /^[1-9]\d{0,5}[dhm]$/;

/** Validates the setting `history`. Null keeps all versions. */
export function historyOf(given: unknown): History | null {
  if (given === null) return null;
  if (!isJsonObject(given)) throw invalidHistory('', 'Must be an object or null');
  const { keep = null, for: duration = null, ...others } = given;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw invalidHistory(`/${unknown}`, 'Is unknown; the members are keep and for');
  if (keep === null && duration === null)
    throw invalidHistory('', 'Must have keep, for or both; null keeps all versions');
  if (keep !== null && !isCount(keep)) throw invalidHistory('/keep', `Must be a whole number from 1 to ${KEEP_MAX}`);
  if (duration !== null && !isDuration(duration)) {
    throw invalidHistory('/for', 'Must be a whole number of days, hours or minutes, such as 90d, 12h or 30m');
  }
  return { keep, for: duration };
}

function isCount(value: JsonValue): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= KEEP_MAX;
}

function isDuration(value: JsonValue): value is string {
  return typeof value === 'string' && DURATION.test(value);
}

function invalidHistory(pointer: string, detail: string): Error {
  return invalid('VALIDATION_FAILED', `${pointerTo('', 'history')}${pointer}`, detail);
}
