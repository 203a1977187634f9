import { describe, expect, it } from 'vitest';

import { bucketStart, printInstant } from './bucket-key.js';
import { CYCLE, instantOf, isTimeZoneName, offsetAt, timeZone } from './time-zone.js';

const at = (text: string): number => Date.parse(text) / 1_000;

describe('a time zone', () => {
  it('is known by its IANA name, in any case', () => {
    for (const name of ['UTC', 'Europe/Oslo', 'europe/oslo', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'EST5EDT'])
      expect(isTimeZoneName(name), name).toBe(true);
    for (const name of ['', 'Mars/Olympus', '+01:00', 'UTC+1', 'Europe/Oslo ', 'Oslo', '../x', 'a'.repeat(10_000)])
      expect(isTimeZoneName(name), name).toBe(false);
  });

  it('has the offsets of the runtime, also after many centuries', async () => {
    for (const name of [
      'Europe/Oslo',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'Asia/Kolkata',
    ]) {
      const zone = await timeZone(name);
      const format = new Intl.DateTimeFormat('en-US', { timeZone: name, year: 'numeric', timeZoneName: 'longOffset' });
      for (let time = at('1799-01-01T00:00:00Z'); time < at('+009999-12-31T00:00:00Z'); time += 86_400 * 977.37) {
        const [, sign = '', hours = '0', minutes = '0', seconds = '0'] =
          /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(time * 1_000)) ?? [];
        const expected = Number(`${sign}1`) * (Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds));
        expect(offsetAt(zone, time), `${name} at ${time}`).toBe(expected + 0);
      }
    }
  });

  it.each([
    // A day begins when its midnight would be, or with the next minute that exists.
    ['America/Sao_Paulo', '2018-11-04T00:00:00Z', '2018-11-04T01:00:00-02:00'],
    ['America/Toronto', '1919-03-31T00:00:00Z', '1919-03-31T00:30:00-04:00'],
    ['Pacific/Apia', '2011-12-30T00:00:00Z', '2011-12-31T00:00:00+14:00'],
    // Of two equal local times, the first one is meant.
    ['America/Havana', '2023-11-05T00:00:00Z', '2023-11-05T00:00:00-04:00'],
    ['Europe/Oslo', '2001-03-01T00:00:00Z', '2001-03-01T00:00:00+01:00'],
    ['Europe/Oslo', '2001-07-01T00:00:00Z', '2001-07-01T00:00:00+02:00'],
    ['Europe/Oslo', '2801-07-01T00:00:00Z', '2801-07-01T00:00:00+02:00'],
    ['Europe/London', '2001-01-01T00:00:00Z', '2001-01-01T00:00:00+00:00'],
    ['Asia/Kolkata', '2001-07-01T00:00:00Z', '2001-07-01T00:00:00+05:30'],
    // Local mean time has an offset that RFC 3339 cannot express.
    ['America/New_York', '1800-01-01T00:00:00Z', '1800-01-01T04:56:02Z'],
    ['UTC', '0000-01-01T00:00:00Z', '0000-01-01T00:00:00Z'],
    ['UTC', '9999-01-01T00:00:00Z', '9999-01-01T00:00:00Z'],
  ])('in %s: %s of local time is %s', async (name, local, expected) => {
    const zone = await timeZone(name);
    const start = bucketStart('day', zone, String(at(local)));
    expect(printInstant(zone, start)).toBe(expected);
  });

  it('repeats after 400 years', async () => {
    const zone = await timeZone('America/New_York');
    for (let time = at('2100-01-01T00:00:00Z'); time < at('2103-01-01T00:00:00Z'); time += 3_600 * 7) {
      expect(offsetAt(zone, time + CYCLE)).toBe(offsetAt(zone, time));
      expect(instantOf(zone, time + 3 * CYCLE)).toBe(instantOf(zone, time) + 3 * CYCLE);
    }
  });
});
