import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareInstants, parseInstant } from './instant.js';

describe('parseInstant', () => {
  it.each<[string, number, number]>([
    ['1970-01-01T00:00:00Z', 0, 0],
    ['1970-01-01t02:00:00.5+02:00', 0, 500_000_000],
    ['1970-01-01 00:00:00.1234567899z', 0, 123_456_789],
    ['1969-12-31T23:59:59.999999999Z', -1, 999_999_999],
    ['2016-12-31T23:59:60Z', 1_483_228_799, 1_000_000_000],
    ['2017-01-01T00:59:60.25+01:00', 1_483_228_799, 1_250_000_000],
    ['0000-02-29T00:00:00-00:00', -62_162_121_600, 0],
    ['9999-12-31T23:59:59-23:59', 253_402_387_139, 0],
  ])('reads %s', (text, seconds, nanos) => expect(parseInstant(text)).toEqual({ seconds, nanos }));

  it.each([
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-00-01T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T12:00:60Z',
    '2016-12-31T23:59:60+01:00',
    '2024-01-01T00:00:61Z',
    '2024-01-01T00:00:00',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00+24:00',
    '2024-01-01T00:00:00+0100',
    '2024-01-01T00:00Z',
    '2024-01-01',
    '2024-01-01T00:00:00Z\n',
    '24-01-01T00:00:00Z',
    '+02024-01-01T00:00:00Z',
    '',
  ])('refuses %j', (text) => expect(parseInstant(text)).toBeNull());

  it('agrees with Date', () => {
    const date = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(date, (one) => {
        const { seconds, nanos } = parseInstant(one.toISOString()) ?? { seconds: NaN, nanos: NaN };
        expect(seconds * 1_000 + nanos / 1e6).toBe(one.getTime());
      }),
    );
  });

  it('orders a leap second after its second and before the next', () => {
    const texts = ['2016-12-31T23:59:59.9Z', '2016-12-31T23:59:60Z', '2016-12-31T23:59:60.9Z', '2017-01-01T00:00:00Z'];
    const instants = texts.map(parseInstant).filter((instant) => instant !== null);
    expect(instants.toReversed().toSorted(compareInstants)).toEqual(instants);
    expect(instants).toHaveLength(4);
  });
});
