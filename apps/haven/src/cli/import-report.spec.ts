import { describe, expect, it } from 'vitest';

import { rejectionLines, summaryOf } from './import-report.js';

const clean = { imported: 3201, created: 3201, updated: 0, failed: 0, errors: [] };
const error = (line: number, pointer: string) => ({ line, pointer, code: 'type', detail: 'Must be integer' });

describe('the report of an import', () => {
  it('has a one-line summary', () => {
    expect(summaryOf(clean, 'movies', 0.9)).toBe('3201 records imported into movies in 0.9 s (3,600/s)');
    expect(summaryOf({ ...clean, imported: 1, created: 0, updated: 1 }, 'movies', 2)).toBe(
      '1 record imported into movies (0 created, 1 replaced) in 2.0 s (0.5/s)',
    );
  });

  it('lists no rejections if there are none', () => {
    expect(rejectionLines(clean, 'line')).toEqual([]);
  });

  it('names each place by its line and pointer', () => {
    const errors = [error(4, '/data/year'), error(4, '/data/x'), error(7, '')];
    expect(rejectionLines({ ...clean, failed: 2, errors }, 'line')).toEqual([
      '2 lines rejected:',
      'line 4: /data/year: Must be integer',
      'line 4: /data/x: Must be integer',
      'line 7: Must be integer',
    ]);
  });

  it('states how many rejections the server omitted', () => {
    expect(rejectionLines({ ...clean, failed: 5, errors: [error(1, '')] }, 'record')[0]).toBe(
      '5 records rejected, of which the first 1 are shown:',
    );
  });
});
