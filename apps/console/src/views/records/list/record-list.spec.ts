import { describe, expect, it } from 'vitest';

import type { RecordView } from '../../../api/types.js';
import { limitAfter } from './record-list.js';

const record = (data: object) => ({ data: { ...data } }) as RecordView; // the size of a page depends on the data only
const page = (data: object) => ({ items: Array.from({ length: 10 }, () => record(data)) });

describe('limitAfter', () => {
  it('reads many small records, and few large ones', () => {
    expect(limitAfter(page({ title: 'Heat', year: 1995 }))).toBe(200);
    expect(limitAfter(page({ body: 'x'.repeat(100_000) }))).toBe(19);
    expect(limitAfter(page({ body: 'x'.repeat(1_000_000) }))).toBe(5);
    expect(limitAfter({ items: [] })).toBe(200);
  });
});
