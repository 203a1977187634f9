import { expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

import { deriveTypes } from './derive-types.js';
import { genericNames } from './reserved-names.js';
import { visibleTypes } from './visible-types.js';

const source = (name: string, properties: object, references: [string[], string][] = []) => ({
  name,
  description: null,
  schema: JSON.parse(JSON.stringify({ properties })),
  uniqueIndexes: [],
  references: references.map(([path, collection]) => ({ path, collection })),
});
const text = { type: 'string' };
const TYPES = deriveTypes(
  [
    source('movies', { director: text, crew: { properties: { head: text, size: { type: 'integer' } } } }, [
      [['director'], 'people'],
      [['crew', 'head'], 'people'],
    ]),
    source('people', { name: text }),
    source('notes', { about: text }, [[['about'], 'people']]),
    { ...source('logs', {}), schema: null },
  ],
  genericNames,
);

const of = (scopes: Scope[], ...collections: string[]) =>
  visibleTypes(TYPES, new Access(new Set(scopes), collections.length > 0 ? new Set(collections) : undefined));

it('are the types themselves for a caller who may read everything', () => {
  const { collections } = visibleTypes(TYPES, Access.full);
  expect(collections.map(({ types, ...rights }) => [types.collection, rights])).toEqual(
    ['movies', 'notes', 'people'].map((name) => [name, { canRead: true, canWrite: true, canFollow: true }]),
  );
  for (const { types } of collections) expect(types).toBe(TYPES.collections.get(types.collection)?.typed);
});

it('have no trace of collections that the caller cannot read', () => {
  const { collections } = of(['records:read'], 'movies');
  expect(collections.map(({ types }) => types.collection)).toEqual(['movies']);
  expect(JSON.stringify(collections)).not.toMatch(/people|notes/);
  const [movies] = collections;
  expect(movies?.types.names).toEqual(TYPES.collections.get('movies')?.typed?.names);
  const [director, crew] = movies?.types.record.members ?? [];
  expect([director?.type, director?.name]).toEqual([{ kind: 'scalar', scalar: 'ID' }, 'director']);
  expect(crew?.type).toMatchObject({ name: 'Movie_Crew', members: [{ name: 'head' }, { name: 'size' }] });
});

it('lead back only from collections that the caller can read', () => {
  const [, people] = of(['records:read'], 'movies', 'people').collections;
  expect(people?.types.referrers.map(({ collection }) => collection)).toEqual(['movies', 'movies']);
});

it.each<[Scope[], boolean[][]]>([
  [['records:write'], Array(3).fill([false, true, false])],
  [['changes:read'], Array(3).fill([false, false, true])],
  [['collections:write', 'keys:write', 'operator'], []],
])('allow what the scopes %j allow', (scopes, rights) => {
  const { collections } = of(scopes);
  expect(collections.map(({ canRead, canWrite, canFollow }) => [canRead, canWrite, canFollow])).toEqual(rights);
  expect(collections.flatMap(({ types }) => types.referrers)).toEqual([]);
});

it('have a key that depends on the types and on what is allowed', () => {
  const keys = [of(['records:read']), of(['records:read', 'records:write']), of(['records:read'], 'movies', 'people')];
  expect(new Set(keys.map(({ key }) => key)).size).toBe(3);
  expect(of(['records:read', 'keys:write']).key).toBe(keys[0]?.key);
  expect(visibleTypes(deriveTypes([source('people', { name: text })], genericNames), Access.full).key).not.toBe(
    visibleTypes(TYPES, Access.full).key,
  );
});
