import { describe, expect, it } from 'vitest';

import { isLogged, shortLine } from './request-log.js';

it.each([
  ['GET', '/api/v1/collections/movies', '200', undefined, 'GET /api/v1/collections/movies 200 4 ms'],
  ['GET', '/a?filter=secret', '422', 'FILTER_INVALID', 'GET /a 422 4 ms FILTER_INVALID'],
  ['POST', '/a\n', undefined, 'aborted', 'POST /a\\u000a 4 ms aborted'],
  ['GET', `/${'x'.repeat(500)}`, '404', 'NOT_FOUND', `GET /${'x'.repeat(119)}… 404 4 ms NOT_FOUND`],
])('shows %s %s %s %s as one short line', (method, url, status, error, line) => {
  expect(shortLine({ method, url }, { status, error, elapsedMs: 4.2 })).toBe(line);
});

describe('isLogged', () => {
  const routine = { status: '200', error: undefined, hasErrors: false, milliseconds: 999 };
  const sampled = (share: number, outcome: Partial<typeof routine> | { error: string } = {}): boolean =>
    isLogged({ ...routine, ...outcome }, { sampleSuccesses: share, slowRequests: 1_000 }, () => 0.5);

  it('logs the given fraction of successful requests', () =>
    expect([0, 0.4, 0.6, 1].map((share) => sampled(share))).toEqual([false, false, true, true]));

  it.each([
    { status: '404', error: 'NOT_FOUND' },
    { status: '503' },
    { status: undefined, error: 'aborted' },
    { hasErrors: true },
    { milliseconds: 1_000 },
  ])('always logs %j', (outcome) => expect(sampled(0, outcome as object)).toBe(true));
});
