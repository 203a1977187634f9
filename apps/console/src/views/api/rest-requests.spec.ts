import { expect, it } from 'vitest';

import { curlOf } from './rest-requests.js';

it('quotes a command for a shell', () => {
  const request = {
    title: '',
    method: 'PATCH',
    path: '/a',
    headers: { 'If-Match': '"1"' },
    body: { a: "it's" },
  } as const;
  expect(curlOf(request, 'http://localhost', true)).toBe(
    [
      `curl -X PATCH 'http://localhost/a'`,
      '-H "Authorization: Bearer $HAVEN_KEY"',
      `-H 'Content-Type: application/json'`,
      `-H 'If-Match: "1"'`,
      String.raw`-d '{"a":"it'\''s"}'`,
    ].join(' \\\n  '),
  );
});
