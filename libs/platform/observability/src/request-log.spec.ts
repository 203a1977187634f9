import { expect, it } from 'vitest';

import { shortLine } from './request-log.js';

it.each([
  ['GET', '/api/v1/collections/movies', '200', undefined, 'GET /api/v1/collections/movies 200 4 ms'],
  ['GET', '/a?filter=secret', '422', 'FILTER_INVALID', 'GET /a 422 4 ms FILTER_INVALID'],
  ['POST', '/a\n', undefined, 'aborted', 'POST /a\\u000a 4 ms aborted'],
  ['GET', `/${'x'.repeat(500)}`, '404', 'NOT_FOUND', `GET /${'x'.repeat(119)}… 404 4 ms NOT_FOUND`],
])('shows %s %s %s %s as one short line', (method, url, status, error, line) => {
  expect(shortLine({ method, url }, { status, error, elapsedMs: 4.2 })).toBe(line);
});
