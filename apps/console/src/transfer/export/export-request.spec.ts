import { expect, it } from 'vitest';

import { exportRequest } from './export-request.js';

const csv = { type: 'csv', shape: 'document', delimiter: 'semicolon', decimal: 'comma' } as const;

it('exports what a list shows, with the filter in the body', () => {
  const title = { _in: ['x'.repeat(20_000)] };
  const list = { filter: { title }, search: 'alien', asOf: '2026-01-01T00:00:00Z' };
  const { body, ...request } = exportRequest('a/b', list, csv);
  expect(request).toEqual({
    method: 'POST',
    path: '/api/v1/collections/a%2Fb/export',
    headers: { accept: 'text/csv', 'content-type': 'application/json' },
  });
  expect(JSON.parse(body)).toEqual({
    shape: 'document',
    filter: { title, _search: 'alien' },
    asOf: '2026-01-01T00:00:00Z',
    delimiter: 'semicolon',
    decimal: 'comma',
  });
});

it('leaves out what does not select records', () => {
  const { body } = exportRequest('films', {}, { ...csv, type: 'ndjson', shape: 'record' });
  expect(JSON.parse(body)).toEqual({ shape: 'record', filter: {} });
});
