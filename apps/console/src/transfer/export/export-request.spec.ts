import { expect, it } from 'vitest';

import { exportProblem, exportRequest } from './export-request.js';

const csv = { type: 'csv', shape: 'document', delimiter: 'semicolon', decimal: 'comma' } as const;

it('exports what a list shows', () => {
  const request = exportRequest('a/b', { filter: { year: 1979 }, search: 'alien', asOf: '2026-01-01T00:00:00Z' }, csv);
  expect(request).toEqual({
    path: '/api/v1/collections/a%2Fb/export',
    query: {
      shape: 'document',
      filter: '{"year":1979,"_search":"alien"}',
      asOf: '2026-01-01T00:00:00Z',
      delimiter: 'semicolon',
      decimal: 'comma',
    },
    headers: { accept: 'text/csv' },
  });
});

it('leaves out what does not select records', () => {
  const { query } = exportRequest('films', {}, { ...csv, type: 'ndjson', shape: 'record' });
  expect(query).toEqual({ shape: 'record', filter: undefined, asOf: undefined });
});

it('refuses a filter that makes the URL too long', () => {
  const titles = Array.from({ length: 100 }, (_, n) => `Film ${n}`);
  const request = exportRequest('films', { filter: { title: { _in: titles } } }, csv);
  expect(exportProblem(request, 1_024)).toMatch(
    /^The filter is too long for an export\. .* URL [\d,]+ characters long, .* accepts 1,024 \(limits\.uriBytes\)/,
  );
  expect(exportProblem(request, 16_384)).toBeUndefined();
  expect(exportProblem(request, Number.NaN)).toBeUndefined(); // the page does not say the limit
});
