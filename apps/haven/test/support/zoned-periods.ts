import { parseInstant } from '@haven/query';

/** A period of time in a time zone. */
export interface Period {
  /** Its first second, since 1970-01-01T00:00:00Z. */
  readonly start: number;
  /** The start as an RFC 3339 date-time. */
  readonly text: string;
}

const DAY = 86_400;
const YEAR_0 = Date.UTC(-1, 12) / 1_000;
const YEAR_10000 = Date.UTC(10_000, 0) / 1_000;

/** Finds the period that a text is in, by asking the runtime for the local time of many instants. */
export class ZonedPeriods {
  private readonly formats = new Map<string, Intl.DateTimeFormat>();
  private readonly starts = new Map<string, number>();

  periodOf(text: string, bucket: string, timeZone: string): Period | undefined {
    const instant = this.instantOf(text, timeZone);
    if (instant === undefined) return undefined;
    const local = this.local(instant, timeZone);
    const first = bucket === 'hour' ? Math.floor(local / 3_600) * 3_600 : startOf(bucket, local);
    if (first < YEAR_0 || first >= YEAR_10000) return undefined;
    const start = bucket === 'hour' ? this.hourOf(instant, timeZone) : this.firstInstant(first, timeZone);
    const offset = this.local(start, timeZone) - start;
    const isUtc = offset % 60 !== 0 || /^(Etc\/)?UTC$/.test(timeZone);
    if (isUtc && start < YEAR_0) return undefined;
    const date = new Date((isUtc ? start : start + offset) * 1_000).toISOString().slice(0, 19);
    const minutes = Math.abs(offset) / 60;
    const zone = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
    return { start, text: date + (isUtc ? 'Z' : `${offset < 0 ? '-' : '+'}${zone}`) };
  }

  /** Returns the instant of a date-time, or the first one of a full-date; undefined for other texts. */
  private instantOf(text: string, timeZone: string): number | undefined {
    if (!/^\d{4}-\d\d-\d\d$/.test(text)) return parseInstant(text)?.seconds;
    const midnight = parseInstant(`${text}T00:00:00Z`);
    return midnight ? this.firstInstant(midnight.seconds, timeZone) : undefined;
  }

  /** Returns the first instant with the local hour and the offset of the given one. */
  private hourOf(instant: number, timeZone: string): number {
    const local = this.local(instant, timeZone);
    const start = instant - (local - Math.floor(local / 3_600) * 3_600);
    const hasOffset = (time: number) => this.local(time, timeZone) - time === local - instant;
    return hasOffset(start) ? start : firstOf(start, instant, hasOffset);
  }

  /** Returns the first instant whose local time is not before the given one. */
  private firstInstant(local: number, timeZone: string): number {
    const key = `${timeZone} ${local}`;
    const known = this.starts.get(key);
    if (known !== undefined) return known;
    const isReached = (time: number) => this.local(time, timeZone) >= local;
    let time = local - 2 * DAY;
    while (!isReached(time)) time += 900;
    const found = firstOf(time - 900, time, isReached);
    this.starts.set(key, found);
    return found;
  }

  /** Returns the local time at an instant, as if it were UTC. */
  private local(instant: number, timeZone: string): number {
    const format = this.formats.get(timeZone) ?? newFormat(timeZone);
    this.formats.set(timeZone, format);
    const parts = Object.fromEntries(format.formatToParts(instant * 1_000).map(({ type, value }) => [type, value]));
    const [year, month, day, hour, minute, second] = ['year', 'month', 'day', 'hour', 'minute', 'second'].map((name) =>
      Number(parts[name]),
    ) as [number, number, number, number, number, number]; // the format has these parts
    return utc(parts['era'] === 'BC' ? 1 - year : year, month - 1, day) + hour * 3_600 + minute * 60 + second;
  }
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

function startOf(bucket: string, local: number): number {
  const date = new Date(local * 1_000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const day = Math.floor(local / DAY) * DAY;
  switch (bucket) {
    case 'year':
      return utc(year, 0, 1);
    case 'quarter':
      return utc(year, month - (month % 3), 1);
    case 'month':
      return utc(year, month, 1);
    case 'week':
      return day - ((date.getUTCDay() + 6) % 7) * DAY;
    default:
      return day;
  }
}

function utc(year: number, month: number, day: number): number {
  return new Date(0).setUTCFullYear(year, month, day) / 1_000;
}

/** Returns the first second after `low`, up to `high`, for which a condition holds from then on. */
function firstOf(low: number, high: number, holds: (time: number) => boolean): number {
  let [before, after] = [low, high];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (holds(middle)) after = middle;
    else before = middle;
  }
  return after;
}
