import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { toStoredRecord } from './record-rows.js';

const row = (data: string | null) => ['id', '3', data, '2026-11-23 09:30:00+00', '2026-11-23 09:30:00.12+00'];

describe('a row', () => {
  it('keeps the text of its document', () => {
    const { document, data } = toStoredRecord(row('{"a": 1.0}'));
    expect(document?.text).toBe('{"a": 1.0}');
    expect(data).toEqual({ a: 1 });
  });

  it('reformats numbers that PostgreSQL prints with more digits than Haven accepts', () => {
    expect(toStoredRecord(row('{"a": 10000000000000000000000}')).document?.text).toBe('{"a":1e+22}');
  });

  it('reformats exactly the documents with at least 17 digits in a row, wherever they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: fc.constantFrom('a', ' ', '.') }), fc.stringMatching(/^\d{0,40}$/))),
        (parts) => {
          const inner = parts.flat().join('');
          const text = `{ "a":  "${inner}"}`;
          const isUnchanged = toStoredRecord(row(text)).document?.text === text;
          expect(isUnchanged).toBe(!/\d{17}/.test(inner));
        },
      ),
    );
  });

  it('is a tombstone if it has no document', () => {
    expect(toStoredRecord(row(null))).toMatchObject({ version: 3, document: null, data: null });
  });
});
