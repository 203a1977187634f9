import { describe, expect, it } from 'vitest';

import { refusalsOf, summaryOf } from './import-report.js';

const clean = { imported: 3201, created: 3201, updated: 0, failed: 0, errors: [] };
const error = (line: number, pointer: string) => ({ line, pointer, code: 'type', detail: 'Must be integer' });

describe('the report of an import', () => {
  it('sums it up', () => {
    expect(summaryOf(clean, 'movies', 0.9)).toBe('3201 records imported into movies in 0.9 s (3,600/s)');
    expect(summaryOf({ ...clean, imported: 1, created: 0, updated: 1 }, 'movies', 2)).toBe(
      '1 record imported into movies (0 made, 1 replaced) in 2.0 s (0.5/s)',
    );
  });

  it('says nothing about refusals where there are none', () => {
    expect(refusalsOf(clean, 'line')).toEqual([]);
  });

  it('names each place by its line and pointer', () => {
    const errors = [error(4, '/data/year'), error(4, '/data/x'), error(7, '')];
    expect(refusalsOf({ ...clean, failed: 2, errors }, 'line')).toEqual([
      '2 lines refused:',
      'line 4: /data/year: Must be integer',
      'line 4: /data/x: Must be integer',
      'line 7: Must be integer',
    ]);
  });

  it('owns up to what the server left out', () => {
    expect(refusalsOf({ ...clean, failed: 5, errors: [error(1, '')] }, 'record')[0]).toBe(
      '5 records refused, of which the first 1 are shown:',
    );
  });
});
