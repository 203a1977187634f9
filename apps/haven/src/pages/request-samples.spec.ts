import { expect, it } from 'vitest';

import { curlRequestOf } from './curl-request.js';
import { guideRequestOf } from './guide-request.js';
import { notationsOf, samplesOf } from './request-samples.js';

const samples = (block: string): Record<string, string> => {
  const request = guideRequestOf(block);
  return Object.fromEntries(request ? samplesOf(request).map(({ label, code }) => [label, code]) : []);
};

it('shows a change with its condition, and quotes for the shell', () => {
  const shown = samples(
    'PATCH /api/v1/collections/films/records/{{id}}\nContent-Type: application/merge-patch+json\nIf-Match: "2"\n\n' +
      '{ "data": { "title": "Schindler\'s List" } }',
  );
  expect(shown['curl']).toBe(
    `curl -X PATCH 'http://localhost:8080/api/v1/collections/films/records/{{id}}' \\
  -H 'Content-Type: application/merge-patch+json' \\
  -H 'If-Match: "2"' \\
  -d '{ "data": { "title": "Schindler'\\''s List" } }'`,
  );
  expect(shown['TypeScript']).toContain('body: JSON.stringify({ data: { title: "Schindler\'s List" } }),');
  expect(shown['GraphQL']).toContain('expectedVersion: 2');
});

it('selects the count of a list instead of asking for it', () => {
  const { GraphQL } = samples('GET /api/v1/collections/films/records?sort=-year,title&limit=2&count=exact');
  expect(GraphQL?.replaceAll(/\s+/g, ' ')).toMatch(
    /^\{ records\( ?collection: "films",? sort: \["-year", "title"\],? first: 2 ?\) .*totalCount/,
  );
});

it.each([
  'GET /api/v1/collections/films/export',
  'GET /api/v1/collections/films/records?fields=title',
  'GET /livez',
  'PUT /api/v1/collections/films/records/1\nContent-Type: application/json\n\n{ "version": 1, "data": {} }',
])('shows no GraphQL document for %s', (block) => {
  expect(Object.keys(samples(block))).toEqual(['curl', 'TypeScript']);
});

it('does not take a response for a request', () => {
  expect(guideRequestOf('HTTP/1.1 200 OK\n\n{}')).toBeUndefined();
});

it('reads the curl commands of the guide', () => {
  expect(
    curlRequestOf(
      `curl -sG localhost:8080/api/v1/collections/films/records \\\n  --data-urlencode 'filter={"a":"b c"}' -d limit=5 | npx haven json`,
    ),
  ).toEqual({
    method: 'GET',
    target: '/api/v1/collections/films/records?filter=%7B%22a%22%3A%22b%20c%22%7D&limit=5',
    headers: {},
    body: '',
  });
  expect(
    curlRequestOf(
      `curl -s -X PATCH localhost:8080/x -H 'If-Match: "1"' -d @- <<'JSON' \\\n  | npx haven json\n{\n  "a": 1\n}\nJSON\n`,
    ),
  ).toEqual({ method: 'PATCH', target: '/x', headers: { 'If-Match': '"1"' }, body: '{\n  "a": 1\n}' });
  for (const other of [
    'curl -N localhost:8080/x',
    'curl localhost:8080/x -H "Authorization: Bearer $KEY"',
    'npx haven',
  ])
    expect(curlRequestOf(other)).toBeUndefined();
});

it('shows a GraphQL document as it is written, and for curl and TypeScript', () => {
  const document = '{\n  movies {\n    totalCount\n  }\n}';
  const shown = notationsOf('graphql', document) ?? [];
  expect(shown.map(({ label }) => label)).toEqual(['GraphQL', 'curl', 'TypeScript']);
  expect(shown[0]?.code).toBe(document);
  expect(shown[1]?.code).toContain(JSON.stringify({ query: document }));
});

it('shows a subscription only as a document, because it needs a WebSocket', () => {
  expect(notationsOf('graphql', 'subscription {\n  movieChanges {\n    type\n  }\n}')).toBeUndefined();
});
