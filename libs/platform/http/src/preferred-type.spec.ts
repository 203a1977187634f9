import { expect, it } from 'vitest';

import { preferredType } from './preferred-type.js';

it.each([
  [undefined, 'application/x-ndjson'],
  ['*/*', 'application/x-ndjson'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV; q=0.5, */*;q=0.1', 'text/csv'],
  ['text/*', 'text/csv'],
  ['text/csv;q=0.5, application/x-ndjson', 'application/x-ndjson'],
  ['text/csv;q=0, */*', 'application/x-ndjson'],
  ['application/xml', undefined],
  ['application/x-ndjson;q=0, text/csv;q=0, */*', undefined],
])('prefers, for Accept: %s, %s', (accept, type) => {
  expect(preferredType(accept, ['application/x-ndjson', 'text/csv'])).toBe(type);
});
