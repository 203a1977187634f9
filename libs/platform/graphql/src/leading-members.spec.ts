import { expect, it } from 'vitest';

import { leadingMembers } from './leading-members.js';

const NAMES = ['query', 'documentId', 'extensions'];
const limits = { depth: 10, keys: 100 };
const read = (text: string) => leadingMembers(Buffer.from(text), NAMES, limits);

it.each<[string, object]>([
  ['{"query":"{ a }","variables":{"a":[[],', { query: '{ a }' }],
  [' { "operationName" : null , "query" : "{ \\"a\\" }" , "x', { query: '{ "a" }' }],
  ['{"variables":{"query":"no","b":["}","\\"]"]},"qu\\u0065ry":"yes","z":1', { query: 'yes' }],
  [
    '{"n":-1.5e3,"t":true,"documentId":"abc","extensions":{"persistedQuery":{"sha256Hash":"h"}},',
    {
      documentId: 'abc',
      extensions: { persistedQuery: { sha256Hash: 'h' } },
    },
  ],
  ['{"query":"{ a }"}', { query: '{ a }' }],
])('reads the complete members of %s', (text, members) => {
  expect(read(text)).toEqual(members);
});

it.each([
  '',
  '[',
  '{',
  '{"query"',
  '{"query":',
  '{"query":"{ a }',
  '{"query":"{ a }"',
  '{"variables":{"query":"a"',
  '{]',
  '{"a"}',
])('finds nothing in %s', (text) => {
  expect(read(text)).toEqual({});
});

it('skips other members without building their values', () => {
  const text = `{"variables":[${'['.repeat(100_000)}${']'.repeat(100_000)}],"query":"{ a }",`;
  expect(read(text)).toEqual({ query: '{ a }' });
});
