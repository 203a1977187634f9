import { describe, expect, it } from 'vitest';

import type { JsonObject, JsonValue } from '@haven/kernel';

import { deriveTypes } from './derive-types.js';
import { genericNames } from './reserved-names.js';
import type { CollectionSource } from './tenant-types.js';

const SCHEMA = { properties: { name: { type: 'string' } } };

function collection(name: string, settings: Partial<CollectionSource> = {}): CollectionSource {
  return { name, description: null, schema: SCHEMA, uniqueIndexes: [], references: [], ...settings };
}

function derive(...sources: CollectionSource[]) {
  const types = deriveTypes(sources, genericNames);
  const of = (name: string) => types.collections.get(name);
  return { types, of, names: (name: string) => of(name)?.typed?.names, untyped: (name: string) => of(name)?.untyped };
}

describe('names of collections', () => {
  it.each([
    ['movies', 'Movie', 'movie', 'movies'],
    ['movie', 'Movie', 'movie', 'movies'],
    ['news', 'News', 'news', 'newsList'],
    ['series', 'Series', 'series', 'seriesList'],
    ['people', 'Person', 'person', 'people'],
    ['heroes', 'Hero', 'hero', 'heroes'],
    ['movie_stars', 'MovieStar', 'movieStar', 'movieStars'],
    ['tv-shows', 'TvShow', 'tvShow', 'tvShows'],
    ['s', 'S', 's', 'sList'],
    ['a-', 'A', 'a', 'as'],
    ['movies2', 'Movies2', 'movies2', 'movies2s'],
  ])('%s: %s, %s, %s', (name, type, one, many) => {
    expect(derive(collection(name)).names(name)).toEqual({ type, one, many });
  });

  it('are those that the schema states', () => {
    const schema = { ...SCHEMA, 'x-haven-name': { one: 'movie_star', many: 'stars' } };
    expect(derive(collection('acteurs', { schema })).names('acteurs')).toEqual({
      type: 'MovieStar',
      one: 'movie_star',
      many: 'stars',
    });
  });

  it.each<JsonValue>([
    null,
    'movie',
    [],
    {},
    { one: 'a' },
    { one: 'a', many: 'a' },
    { one: '_a', many: 'b' },
    { one: 1, many: 'b' },
  ])('ignore a malformed x-haven-name, and tell so: %j', (stated) => {
    const { names, untyped } = derive(collection('movies', { schema: { ...SCHEMA, 'x-haven-name': stated } }));
    expect(names('movies')?.one).toBe('movie');
    expect(untyped('movies')).toEqual([
      { pointer: '/schema/x-haven-name', detail: expect.stringContaining('`one` and `many`') },
    ]);
  });

  it.each(['records', 'changes', 'webhooks', 'histories', 'queries', 'page-info', 'string-filters', 'safe-int'])(
    'leave %s to the generic schema',
    (name) => {
      const { of, untyped } = derive(collection(name));
      expect(of(name)?.typed).toBeNull();
      expect(untyped(name)).toEqual([
        { pointer: '/schema', detail: expect.stringMatching(/^The name `\w+` is taken/) },
      ]);
    },
  );

  it('are given by precedence, whatever the age, and never in part', () => {
    const [one, other] = [collection('movie'), collection('movies')];
    for (const sources of [
      [one, other],
      [other, one],
    ]) {
      const { names, untyped } = derive(...sources);
      expect([names('movie')?.one, names('movies')]).toEqual(['movie', undefined]);
      expect(untyped('movies')?.[0]?.detail).not.toContain('movie`,'); // the other collection may be hidden
    }
    for (const name of ['movie-connections', 'create-movies', 'movie-edges']) {
      const { names } = derive(collection(name), collection('movies'));
      expect([names('movies')?.type, names(name)]).toEqual(['Movie', undefined]);
    }
  });

  it('belong to the collection that has them without stating them', () => {
    const schema = { ...SCHEMA, 'x-haven-name': { one: 'movie', many: 'movies' } };
    const { names } = derive(collection('films', { schema }), collection('movies'));
    expect([names('movies')?.type, names('films')]).toEqual(['Movie', undefined]);
  });

  it('cannot be the name of a write of the same collection', () => {
    const schema = { ...SCHEMA, 'x-haven-name': { one: 'movie', many: 'createMovie' } };
    expect(derive(collection('movies', { schema })).names('movies')).toBeUndefined();
  });
});

describe('the names of aggregates', () => {
  it.each(['movies-aggregate', 'movie-aggregations', 'movie-aggregate-groups', 'movie-aggregate-fields'])(
    'give way to the collection %s, and the records keep their other types',
    (name) => {
      const { of, names, untyped } = derive(collection('movies'), collection(name));
      expect(names(name)).toBeDefined();
      expect([names('movies')?.type, of('movies')?.typed?.hasAggregate]).toEqual(['Movie', false]);
      expect(untyped('movies')).toEqual([
        {
          pointer: '/schema',
          detail: expect.stringMatching(/^The name `\w+` is taken, so no field groups the records/),
        },
      ]);
    },
  );

  it('belong to the collection otherwise', () => {
    const { of, untyped } = derive(collection('movies'), collection('people'));
    expect([of('movies')?.typed?.hasAggregate, of('people')?.typed?.hasAggregate]).toEqual([true, true]);
    expect(untyped('movies')).toEqual([]);
  });
});

describe('collections without types', () => {
  it.each([
    ['no schema', null],
    ['no members', { type: 'object' }],
    ['no members that have a name', { properties: { 名: {} } }],
    ['other types than objects as well', { oneOf: [{ type: 'string' }, { type: 'object' }] }],
  ])('have %s, and tell so first', (_, schema) => {
    const { of, untyped } = derive(collection('movies', { schema }));
    expect(of('movies')?.typed).toBeNull();
    expect(untyped('movies')?.[0]).toEqual({ pointer: '/schema', detail: expect.stringContaining('no type') });
  });

  it('have a root schema that a reference or another branch leads to, and then they have types', () => {
    const $defs = { Movie: { type: 'object', properties: { title: { type: 'string' } } } };
    const schemas: JsonObject[] = [
      { $ref: '#/$defs/Movie', $defs },
      { allOf: [{ $ref: '#/$defs/Movie' }], $defs },
    ];
    for (const schema of schemas)
      expect(derive(collection('movies', { schema })).of('movies')?.typed?.record).toMatchObject({
        name: 'Movie',
        members: [{ name: 'title' }],
      });
  });

  it('are told in at most 50 parts', () => {
    const properties = Object.fromEntries(Array.from({ length: 90 }, (_, index) => [`m${index}`, { type: 'null' }]));
    expect(derive(collection('movies', { schema: { properties } })).untyped('movies')).toHaveLength(50);
  });
});

describe('unique keys', () => {
  const schema = {
    properties: {
      imdb_id: { type: 'string' },
      year: { type: 'integer' },
      tags: { items: { format: 'uuid', type: 'string' } },
      data: { type: 'string' },
      ids: { properties: { imdb: { type: 'string', format: 'date-time' } } },
    },
  };
  const index = (position: number, ...paths: string[][]) => ({ name: paths.join(), paths, position });

  it('are named by their paths, and typed by the schema', () => {
    const uniqueIndexes = [
      index(0, ['imdb_id']),
      index(1, ['imdb_id'], ['year']),
      index(3, ['ids', 'imdb']),
      index(4, ['tags']),
      index(5, ['data']),
      index(6, ['other']),
    ];
    const keys = derive(collection('movies', { schema, uniqueIndexes })).of('movies')?.typed?.keys ?? [];
    expect(keys.map(({ suffix, parts }) => [suffix, ...parts.map(({ name, scalar }) => `${name}: ${scalar}`)])).toEqual(
      [
        ['ImdbId', 'imdb_id: String'],
        ['ImdbIdAndYear', 'imdb_id: String', 'year: SafeInt'],
        ['IdsImdb', 'idsImdb: DateTime'],
        ['Tags', 'tags: ID'],
        ['Data', 'byData: String'],
        ['Other', 'other: JSON'],
      ],
    );
  });

  it('are lost if their names are taken or nothing is left of them, and the collection keeps its types', () => {
    const uniqueIndexes = [index(0, ['year']), index(2, ['Year']), index(3, ['年'])];
    const { of, untyped, names } = derive(
      collection('movies', { schema, uniqueIndexes }),
      collection('movie-by-imdb-ids'),
    );
    expect(of('movies')?.typed?.keys.map(({ suffix }) => suffix)).toEqual(['Year']);
    expect(untyped('movies')?.map(({ pointer }) => pointer)).toEqual(['/indexes/3', '/indexes/2']);
    expect(names('movie-by-imdb-ids')?.one).toBe('movieByImdbId');
    const taken = derive(
      collection('movies', { schema, uniqueIndexes: [index(0, ['imdb_id'])] }),
      collection('movie-by-imdb-ids'),
    );
    expect(taken.untyped('movies')?.map(({ pointer }) => pointer)).toEqual(['/indexes/0']);
  });
});

describe('references', () => {
  const refers = (to: string, ...members: string[]): Partial<CollectionSource> => ({
    schema: { properties: Object.fromEntries(members.map((name) => [name, { type: 'string' }])) },
    references: members.map((name) => ({ path: [name], collection: to })),
  });
  const people = (...members: string[]) =>
    collection('people', {
      schema: { properties: Object.fromEntries(['name', ...members].map((name) => [name, {}])) },
    });
  const referrers = (sources: CollectionSource[], of: string) =>
    derive(...sources)
      .of(of)
      ?.typed?.referrers.map(({ names, collection: from }) => [from, ...names]);

  it('lead back from the target, by the plural if the collection has only one', () => {
    expect(
      referrers(
        [
          collection('movies', refers('people', 'director')),
          collection('shows', refers('people', 'host', 'guest')),
          people(),
        ],
        'people',
      ),
    ).toEqual([
      ['movies', 'moviesByDirector', 'movies'],
      ['shows', 'showsByHost'],
      ['shows', 'showsByGuest'],
    ]);
  });

  it('lead back to the same collection', () => {
    expect(referrers([collection('movies', refers('movies', 'sequelOf'))], 'movies')).toEqual([
      ['movies', 'moviesBySequelOf', 'movies'],
    ]);
  });

  it('give way to members of the target', () => {
    expect(referrers([collection('movies', refers('people', 'director')), people('movies')], 'people')).toEqual([
      ['movies', 'moviesByDirector'],
    ]);
    const both = [collection('movies', refers('people', 'director')), people('movies', 'moviesByDirector')];
    expect(referrers(both, 'people')).toEqual([]);
  });

  it('are plain ids if the target has no types', () => {
    const { of } = derive(collection('movies', refers('people', 'director')), collection('people', { schema: null }));
    const [director] = of('movies')?.typed?.record.members ?? [];
    expect(director).toEqual({
      name: 'director',
      key: 'director',
      required: false,
      type: { kind: 'scalar', scalar: 'ID' },
    });
  });
});

describe('hash', () => {
  const movies = collection('movies');

  it('is equal for equal collections in any order, and differs with each setting', () => {
    const hash = (...sources: CollectionSource[]) => derive(...sources).types.hash;
    const others = collection('others');
    const all = [
      hash(),
      hash(movies),
      hash(movies, others),
      hash({ ...movies, description: 'Films' }),
      hash({ ...movies, schema: { ...SCHEMA, title: 'Film' } }),
      hash({ ...movies, uniqueIndexes: [{ name: 'name', paths: [['name']], position: 0 }] }),
      hash({ ...movies, references: [{ path: ['name'], collection: 'others' }] }),
      hash({ ...movies, isSearchable: true }),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(hash(others, structuredClone(movies))).toBe(hash(movies, others));
  });

  it('comes with the same types for the same settings', () => {
    const [first, again] = [derive(movies), derive(movies)];
    expect(again.of('movies')?.typed?.record).toBe(first.of('movies')?.typed?.record);
  });
});
