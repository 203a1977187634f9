import { expect, it } from 'vitest';

import type { CollectionSource, TenantTypes } from '@haven/record-types';

import { componentsOf, nameCollections, operationIdOf } from './operation-names.js';

const OPERATIONS = ['records', 'createRecord', 'record', 'patchRecord', 'updateRecords', 'recordHistory', 'recordBy'];
const NO_TYPES: TenantTypes = { hash: '', collections: new Map() };

const collection = (name: string, ...indexes: string[]): CollectionSource => ({
  name,
  description: null,
  schema: null,
  uniqueIndexes: indexes.map((index, position) => ({ name: index, position, paths: [index.split('.')] })),
  references: [],
});

function namesOf(names: string[], { taken = [] as string[], types = NO_TYPES } = {}): Record<string, string[]> {
  const all = nameCollections(
    names.map((name) => collection(name)),
    types,
    { taken: new Set(taken), operations: OPERATIONS },
  );
  return Object.fromEntries([...all].map(([name, { one, many }]) => [name, [one, many]]));
}

it.each<[string, string, string]>([
  ['movies', 'Movie', 'Movies'],
  ['news', 'News', 'NewsList'],
  ['major_genres', 'MajorGenre', 'MajorGenres'],
  ['a--b', 'AB', 'ABs'],
])('names %s', (name, one, many) => {
  expect(namesOf([name])).toEqual({ [name]: [one, many] });
});

it('gives no name twice, and names that do not depend on the order', () => {
  const names = ['movies', 'movie', 'movie-records', 'movie_records', 'tenants', 'new-movies'];
  const taken = ['createTenant', 'StringCondition'];
  const named = namesOf(names, { taken });
  expect(named).toMatchObject({ movie: ['Movie', 'Movies'], tenants: ['TenantRecord', 'TenantRecords'] });
  expect(namesOf(names.toReversed(), { taken })).toEqual(named);
  const all = Object.values(named).flatMap(([one = '', many = '']) => [
    ...OPERATIONS.filter((operation) => operation !== 'recordBy').map((operation) =>
      operationIdOf(operation, { one, many, keys: new Map() }),
    ),
    ...Object.values(componentsOf({ one, many })),
    one,
  ]);
  expect(new Set(all).size).toBe(all.length);
});

it('has the names of GraphQL first', () => {
  const typed = { names: { type: 'Film', one: 'film', many: 'films' }, keys: [] };
  const types = { hash: '', collections: new Map([['movies', { collection: 'movies', typed, untyped: [] }]]) };
  const named = namesOf(['films', 'movies'], { types: types as unknown as TenantTypes });
  expect(named).toEqual({ movies: ['Film', 'Films'], films: ['FilmRecord2', 'FilmRecord2s'] });
});

it.each([
  ['records', 'listMovies'],
  ['createRecord', 'createMovie'],
  ['updateRecords', 'updateMovies'],
  ['patchRecord', 'updateMovie'],
  ['recordHistory', 'listMovieVersions'],
  ['aggregate', 'aggregateMovies'],
  ['search', 'searchOfMovies'],
])('calls %s %s', (generic, id) => {
  expect(operationIdOf(generic, { one: 'Movie', many: 'Movies', keys: new Map() })).toBe(id);
});

it('names unique indexes by their paths', () => {
  const source = collection('movies', 'a.b', 'a-b', 'imdb id');
  const names = nameCollections([source], NO_TYPES, { taken: new Set(), operations: OPERATIONS }).get('movies');
  expect([...(names?.keys.values() ?? [])]).toEqual(['ByAB', 'ByAB2', 'ByImdbId']);
});
