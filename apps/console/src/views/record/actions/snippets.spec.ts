import { expect, test } from 'vitest';

import type { CollectionView } from '../../../api/types.js';
import { snippetsOf } from './snippets.js';

const id = '018f3b5e-7c1a-7000-8000-0000000000f1';
const properties = { title: { type: 'string' }, 'Major Genre': { type: 'string' }, director: { 'x-haven-ref': {} } };
const collection = {
  name: 'films',
  schema: { properties },
  graphql: { type: 'Film', one: 'film', many: 'films', untyped: [] },
} as unknown as CollectionView; // the members that are used

function texts(change?: { base: { version: number; data: object }; data: Record<string, unknown> }): string[] {
  const record = { collection: 'films', id };
  const all = snippetsOf({
    ...{ url: 'https://haven.test/x', usesKey: true, collection, record },
    change: change as never, // the base's data is not used
  });
  return Object.values(all).flatMap((snippets) => snippets.map(({ text }) => text));
}

test('reads the record in each language, with the key from the environment', () => {
  const [curl, , typescript, , generic, typed] = texts();
  expect(curl).toBe(
    `curl 'https://haven.test/x/api/v1/collections/films/records/${id}' \\\n  -H "Authorization: Bearer $HAVEN_KEY"`,
  );
  expect(typescript).toContain(`await collection.get("${id}")`);
  expect(generic).toContain(`record(collection: "films", id: "${id}")`);
  expect(typed).toBe(`{\n  film(id: "${id}") {\n    _id\n    _version\n    title\n  }\n}`);
});

test('applies a change to the version on which it is based, and quotes its text', () => {
  const change = { base: { version: 3, data: {} }, data: { title: `It's "$HOME"` } };
  const [, , curl, , , typescript, , , , graphql] = texts(change);
  expect(curl).toContain(`-H 'If-Match: "3"'`);
  expect(curl).toContain(String.raw`-d '{"data":{"title":"It'\''s \"$HOME\""}}'`);
  expect(typescript).toContain(`collection.replace({ id: "${id}", version: 3 }`);
  expect(graphql).toContain('expectedVersion: 3');
});
