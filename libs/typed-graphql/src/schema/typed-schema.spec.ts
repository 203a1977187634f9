import { GraphQLSchema, isObjectType, isUnionType, validateSchema } from 'graphql';
import { describe, expect, it } from 'vitest';

import { Access } from '@haven/kernel';
import type { Scope } from '@haven/kernel';
import { deriveTypes, genericNames, visibleTypes } from '@haven/record-types';
import type { CollectionSource, ObjectType, ValueType } from '@haven/record-types';

import { allOf, EXAMPLES, generic, NO_RESOLVERS } from './example-schemas.js';
import { printedType } from './printed-type.js';
import { buildTypedSchema } from './typed-schema.js';

const { schema, fields } = buildTypedSchema(generic, allOf(EXAMPLES), NO_RESOLVERS);
const printed = (...names: string[]) => names.map((name) => printedType(schema, name)).join('\n');

describe('a typed schema', () => {
  it('has a type for records, with their references and the way back', () => {
    expect(printed('Movie', 'Person')).toBe(`type Movie {
  _id: ID!
  _version: Int!
  _createdAt: DateTime!
  _updatedAt: DateTime!
  _collection: String!
  title: String
  year: Int
  views: SafeInt
  rating: Float
  Major_Genre: String
  premiere: DateTime
  seen: Boolean
  status: String
  tags: [String]
  director: Person
  director_id: ID
  cast: [Person]
  cast_ids: [ID]
  acts: [Movie_Act]
  finale: Movie_Act
  release: Movie_Release
  notes: JSON
  _data: JSONObject!
}
type Person {
  _id: ID!
  _version: Int!
  _createdAt: DateTime!
  _updatedAt: DateTime!
  _collection: String!
  name: String
  address: Person_Address
  _data: JSONObject!
  moviesByDirector(where: MovieWhere, orderBy: [MovieOrderBy!], first: Int, after: String, last: Int, before: String): MovieConnection
  moviesByCast(where: MovieWhere, orderBy: [MovieOrderBy!], first: Int, after: String, last: Int, before: String): MovieConnection
}`);
  });

  it('has types for objects in records, recursive ones and unions too', () => {
    expect(printed('Movie_Act', 'Movie_Release', 'Movie_ReleaseCinema')).toBe(`type Movie_Act {
  name: String
  a_b: Float
  parts: [Movie_Act]
  next: Movie_Act
  _data: JSONObject!
}
union Movie_Release = Movie_ReleaseCinema | Movie_ReleaseStream
type Movie_ReleaseCinema {
  kind: String
  screens: Int
  _data: JSONObject!
}`);
  });

  it('has types for pages and changes', () => {
    expect(printed('MovieConnection', 'MovieEdge', 'MovieChange')).toBe(`type MovieConnection {
  edges: [MovieEdge!]!
  pageInfo: PageInfo!
  totalCount: Int
}
type MovieEdge {
  node: Movie!
  cursor: String!
}
type MovieChange {
  type: String!
  effect: String
  recordId: ID
  version: Int
  at: DateTime
  actor: String
  traceId: String
  cause: ID
  cursor: String!
  record: Movie
}`);
  });

  it('has types for conditions and orders', () => {
    expect(printed('PersonWhere', 'Movie_ActWhere', 'PersonOrderBy', 'Person_AddressOrderBy')).toBe(`input PersonWhere {
  name: StringFilter
  address: Person_AddressWhere
  _id: IDFilter
  _version: NumberFilter
  _createdAt: DateTimeFilter
  _updatedAt: DateTimeFilter
  _and: [PersonWhere!]
  _or: [PersonWhere!]
  _not: PersonWhere
  _raw: JSON
}
input Movie_ActWhere {
  name: StringFilter
  a_b: NumberFilter
  parts: Movie_Act_ListWhere
  next: Movie_ActWhere
  _exists: Boolean
  _isNull: Boolean
  _and: [Movie_ActWhere!]
  _or: [Movie_ActWhere!]
  _not: Movie_ActWhere
  _raw: JSON
}
input PersonOrderBy @oneOf {
  name: SortOrder
  address: Person_AddressOrderBy
  _id: SortOrder
  _version: SortOrder
  _createdAt: SortOrder
  _updatedAt: SortOrder
}
input Person_AddressOrderBy @oneOf {
  city: SortOrder
}`);
  });

  it('has conditions on the elements of lists, by their type', () => {
    expect(printed('Movie_Act_ListWhere', 'StringListFilter', 'SizeFilter')).toBe(`input Movie_Act_ListWhere {
  _eq: JSON
  _ne: JSON
  _contains: JSON
  _in: [JSON]
  _nin: [JSON]
  _exists: Boolean
  _isNull: Boolean
  _some: Movie_ActWhere
  _every: Movie_ActWhere
  _none: Movie_ActWhere
  _size: SizeFilter
}
input StringListFilter {
  _eq: JSON
  _ne: JSON
  _contains: JSON
  _in: [JSON]
  _nin: [JSON]
  _exists: Boolean
  _isNull: Boolean
  _some: StringFilter
  _every: StringFilter
  _none: StringFilter
  _size: SizeFilter
}
input SizeFilter {
  _eq: Int
  _ne: Int
  _gt: Int
  _gte: Int
  _lt: Int
  _lte: Int
  _in: [Int]
  _nin: [Int]
}`);
    expect(printed('MovieWhere')).toContain('  tags: StringListFilter\n');
    expect(printed('MovieWhere')).toContain('  cast: IDListFilter\n  acts: Movie_Act_ListWhere\n');
  });

  it('has types for groups of records', () => {
    expect(printed('PersonAggregation', 'PersonAggregateGroup', 'PersonAggregateValues', 'PersonAggregateCounts'))
      .toBe(`type PersonAggregation {
  groups: [PersonAggregateGroup!]!
  truncated: Boolean!
}
type PersonAggregateGroup {
  key: PersonAggregateValues!
  count(of: PersonAggregateField): Int!
  min: PersonAggregateValues!
  max: PersonAggregateValues!
  distinct: PersonAggregateCounts!
  ignored: JSONObject!
}
type PersonAggregateValues {
  name: String
  address_city: String
  _version: Int
  _createdAt: DateTime
  _updatedAt: DateTime
}
type PersonAggregateCounts {
  name: Int
  address_city: Int
  _version: Int
  _createdAt: Int
  _updatedAt: Int
}`);
    expect(printed('MovieAggregateNumbers', 'PersonAggregateField', 'PersonAggregateGroupBy'))
      .toBe(`type MovieAggregateNumbers {
  year: Float
  views: Float
  rating: Float
  finale_a_b: Float
}
enum PersonAggregateField {
  name
  address_city
  _version
  _createdAt
  _updatedAt
}
input PersonAggregateGroupBy {
  field: PersonAggregateField!
  bucket: DateBucket
  timeZone: String
}`);
    expect(printed('MovieAggregateHaving', 'MovieAggregateOrderBy', 'PersonAggregateConditions'))
      .toBe(`input MovieAggregateHaving {
  count: AggregateFilter
  sum: MovieAggregateConditions
  avg: MovieAggregateConditions
  percentile: MovieAggregateConditions
  min: MovieAggregateConditions
  max: MovieAggregateConditions
  distinct: MovieAggregateConditions
  _and: [MovieAggregateHaving!]
  _or: [MovieAggregateHaving!]
  _not: MovieAggregateHaving
}
input MovieAggregateOrderBy @oneOf {
  key: MovieAggregateOrder
  count: SortOrder
  sum: MovieAggregateOrder
  avg: MovieAggregateOrder
  percentile: MovieAggregateOrder
  min: MovieAggregateOrder
  max: MovieAggregateOrder
  distinct: MovieAggregateOrder
}
input PersonAggregateConditions {
  name: AggregateFilter
  address_city: AggregateFilter
  _version: AggregateFilter
  _createdAt: AggregateFilter
  _updatedAt: AggregateFilter
}`);
  });

  it('groups by at most 50 members, also of recursive objects', () => {
    const act = { type: 'object', properties: { title: { type: 'string' }, next: { $ref: '#/$defs/Act' } } };
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`n${index}`, { type: 'number' }]));
    const properties = {
      act: { $ref: '#/$defs/Act' },
      act_title: { type: 'integer' },
      many: { type: 'object', properties: many },
    };
    const source = collectionOf({ properties, $defs: { Act: act } });
    const built = buildTypedSchema(generic, allOf([source]), NO_RESOLVERS).schema;
    const lines = printedType(built, 'ThingAggregateValues').split('\n');
    expect(lines.slice(1, 4)).toEqual(['  act_title: SafeInt', '  many_n0: Float', '  many_n1: Float']);
    expect(lines).toHaveLength(2 + 50 + 3);
  });

  it('can search a collection that declares it, where a search works', () => {
    const [movies] = EXAMPLES;
    if (!movies) throw new Error('The examples are empty.');
    const built = buildTypedSchema(generic, allOf([{ ...movies, isSearchable: true }]), NO_RESOLVERS).schema;
    const line = (name: string, start: string) =>
      printedType(built, name)
        .split('\n')
        .find((text) => text.startsWith(`  ${start}`));
    expect(line('MovieWhere', '_search')).toBe('  _search: String');
    expect(line('MovieWhere', '_or')).toBe('  _or: [MovieWhere!]');
    expect(line('Movie_ActWhere', '_search')).toBeUndefined();
    expect(line('MovieOrderBy', '_score')).toBe('  _score: SortOrder');
    expect(line('MovieConnection', 'truncated')).toBe('  truncated: Boolean!');
    expect(line('Subscription', 'movieChanges')).toBe(
      '  movieChanges(where: MovieChangeWhere, after: String): MovieChange',
    );
    expect(line('MovieChangeWhere', '_search')).toBeUndefined();
    expect(line('MovieChangeWhere', '_or')).toBe('  _or: [MovieChangeWhere!]');
    for (const name of ['MovieWhere', 'MovieConnection']) expect(printed(name)).not.toMatch(/_search|truncated/);
    expect(schema.getType('MovieChangeWhere')).toBeUndefined();
    expect(undescribed(built)).toEqual([]);
  });

  it('has types for documents with the required members, and for patches without', () => {
    expect(printed('MovieInput', 'Movie_ActInput', 'Movie_Status', 'MoviePatch', 'Movie_ActPatch'))
      .toBe(`input MovieInput {
  title: String!
  year: Int!
  views: SafeInt
  rating: Float
  Major_Genre: String
  premiere: DateTime
  seen: Boolean
  status: Movie_Status!
  tags: [String]
  director: ID
  cast: [ID!]!
  acts: [Movie_ActInput]
  finale: Movie_ActInput
  release: JSON
  notes: JSON
}
input Movie_ActInput {
  name: String!
  a_b: Float
  parts: [Movie_ActInput]
  next: Movie_ActInput
}
enum Movie_Status {
  draft
  on_air
  v_3d
}
input MoviePatch {
  title: String
  year: Int
  views: SafeInt
  rating: Float
  Major_Genre: String
  premiere: DateTime
  seen: Boolean
  status: Movie_Status
  tags: [String]
  director: ID
  cast: [ID!]
  acts: [Movie_ActInput]
  finale: Movie_ActPatch
  release: JSON
  notes: JSON
}
input Movie_ActPatch {
  name: String
  a_b: Float
  parts: [Movie_ActInput]
  next: Movie_ActPatch
}`);
  });

  it('has the root fields of each collection', () => {
    const typed = ['Query', 'Mutation', 'Subscription'].flatMap((root) =>
      printed(root)
        .split('\n')
        .filter((line) => /movie/i.test(line)),
    );
    expect(typed.join('\n')).toBe(`  movie(id: ID!, asOf: String): Movie
  movieByTitleAndYear(title: String!, year: Int!): Movie
  movies(where: MovieWhere, orderBy: [MovieOrderBy!], first: Int, after: String, last: Int, before: String, asOf: String): MovieConnection
  moviesAggregate(where: MovieWhere, groupBy: [MovieAggregateGroupBy!], having: MovieAggregateHaving, orderBy: [MovieAggregateOrderBy!], limit: Int, asOf: String): MovieAggregation
  createMovie(data: MovieInput!, id: ID, dryRun: Boolean): Movie
  replaceMovie(id: ID!, data: MovieInput!, expectedVersion: Int, ifAbsent: Boolean, dryRun: Boolean): Movie
  updateMovie(id: ID!, data: MoviePatch!, expectedVersion: Int, dryRun: Boolean): Movie
  deleteMovie(id: ID!, expectedVersion: Int, dryRun: Boolean): Boolean
  upsertMovieByTitleAndYear(title: String!, year: Int!, data: MovieInput!, expectedVersion: Int, ifAbsent: Boolean, dryRun: Boolean): Movie
  movieChanges(where: MovieWhere, after: String): MovieChange`);
  });

  it('is valid, and describes every type, field, argument and value', () => {
    expect(validateSchema(new GraphQLSchema({ ...schema.toConfig(), assumeValid: false }))).toEqual([]);
    expect(undescribed(schema)).toEqual([]);
  });

  it('lists the strings that a schema allows', () => {
    expect(fieldOf('Movie', 'status').description).toBe('The member `status`.\n\nValues: `draft`, `on air`, `3d`.');
  });

  it('says where the value of each field comes from', () => {
    const source = (type: string, name: string) => fieldOf(type, name).extensions;
    expect(source('Movie', 'Major_Genre')).toEqual({
      haven: { kind: 'member', key: 'Major Genre', type: { kind: 'scalar', scalar: 'String' } },
      cost: 'embedded',
    });
    expect(source('Movie', '_id')).toEqual({ haven: { kind: 'system', name: 'id' }, cost: 'embedded' });
    expect(source('Movie_Act', '_data')).toEqual({ haven: { kind: 'data' }, cost: 'embedded' });
    expect(source('Movie', 'cast')).toEqual({
      haven: { kind: 'reference', key: 'cast', collection: 'people', isList: true },
      cost: 'read',
    });
    expect(source('Movie', 'cast_ids')).toEqual({
      haven: { kind: 'referenceId', key: 'cast', type: { kind: 'scalar', scalar: 'ID' }, isList: true },
      cost: 'embedded',
    });
    expect(source('Person', 'moviesByDirector')).toEqual({
      haven: { kind: 'referrers', collection: 'movies', path: ['director'], isList: false },
      cost: 'read',
    });
    expect(source('MovieEdge', 'node')).toEqual({ haven: { kind: 'property' } });
    expect(source('Mutation', 'upsertMovieByTitleAndYear')).toEqual({
      haven: {
        kind: 'root',
        operation: 'upsertBy',
        collection: 'movies',
        key: { index: 'title,year', args: ['title', 'year'] },
      },
    });
  });

  it('keeps the generic types and fields, first and as they are', () => {
    for (const type of Object.values(generic.getTypeMap())) {
      const typed = schema.getType(type.name);
      if (!isObjectType(typed) || !isRoot(type.name)) {
        expect(typed).toBe(type);
        continue;
      }
      const names = Object.keys((generic.getType(type.name) as typeof typed).getFields());
      expect(Object.keys(typed.getFields()).slice(0, names.length)).toEqual(names);
      expect(printed(type.name)).toContain(printedType(generic, type.name).slice(0, -2));
    }
  });

  it('has no name of its own that a collection could take', () => {
    const own = Object.keys(schema.getTypeMap()).filter(
      (name) => !generic.getType(name) && !/^(Movie|Person)/.test(name),
    );
    expect(own.length).toBeGreaterThan(0);
    expect([...own, 'TypedResult'].filter((name) => !genericNames.typeNames.has(name))).toEqual([]);
  });

  it('counts its fields', () => {
    const movies = allOf(EXAMPLES.filter(({ name }) => name === 'movies'));
    const fewer = buildTypedSchema(generic, movies, NO_RESOLVERS).fields;
    const none = buildTypedSchema(generic, { key: '', collections: [] }, NO_RESOLVERS).fields;
    expect(fewer).toBeLessThan(fields);
    expect(fields - none).toBeGreaterThan(200);
  });

  it('shares the types of arguments with another schema of the same collections', () => {
    const types = allOf(EXAMPLES);
    const [first, second] = [types, types].map((one) => buildTypedSchema(generic, one, NO_RESOLVERS).schema);
    expect(first?.getType('MovieWhere')).toBe(second?.getType('MovieWhere'));
    expect(first?.getType('MovieInput')).toBe(second?.getType('MovieInput'));
  });

  it('builds objects in objects, however deep', () => {
    const record = nested(4_000);
    const names = { type: 'Thing', one: 'thing', many: 'things' };
    const types = {
      collection: 'things',
      names,
      record,
      keys: [],
      referrers: [],
      hasAggregate: true,
      isSearchable: false,
    };
    const collections = [{ types, canRead: true, canWrite: true, canFollow: true }];
    const built = buildTypedSchema(generic, { key: '', collections }, NO_RESOLVERS).schema;
    expect(built.getType('Thing_3999')).toBeDefined();
    expect(built.getType('Thing_3999Where')).toBeDefined();
  });

  it('has no order of objects in which nothing can be sorted by', () => {
    const lists = { type: 'object', properties: { list: { type: 'array' } } };
    const properties = {
      lists,
      around: { type: 'object', properties: { lists, again: { $ref: '#/properties/around' } } },
      inner: { type: 'object', properties: { lists, name: { type: 'string' } } },
    };
    const built = buildTypedSchema(generic, allOf([collectionOf({ properties })]), NO_RESOLVERS).schema;
    expect(validateSchema(new GraphQLSchema({ ...built.toConfig(), assumeValid: false }))).toEqual([]);
    expect(printedType(built, 'Thing_InnerOrderBy')).toBe('input Thing_InnerOrderBy @oneOf {\n  name: SortOrder\n}');
    expect(printedType(built, 'ThingOrderBy')).toContain('{\n  inner: Thing_InnerOrderBy\n  _id: SortOrder');
  });

  it('has a field for members whose names every object in JavaScript has', () => {
    const names = ['constructor', 'toString', 'valueOf', 'hasOwnProperty'];
    const source = collectionOf({ properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])) });
    const built = buildTypedSchema(generic, allOf([source]), NO_RESOLVERS).schema;
    for (const type of ['Thing', 'ThingWhere', 'ThingOrderBy', 'ThingInput', 'ThingPatch'])
      for (const name of names) expect(printedType(built, type)).toContain(`  ${name}: `);
  });
});

describe('the schema of a caller', () => {
  const types = deriveTypes(EXAMPLES, genericNames);
  const seenBy = (scope: Scope, collection: string) => {
    const access = new Access(new Set([scope]), new Set([collection]));
    return buildTypedSchema(generic, visibleTypes(types, access), NO_RESOLVERS).schema;
  };
  const rootNames = (one: GraphQLSchema) =>
    [one.getQueryType(), one.getMutationType(), one.getSubscriptionType()]
      .flatMap((root) => Object.keys(root?.getFields() ?? {}))
      .filter((name) => /movie|person|people/i.test(name));

  it('has only the operations for which the caller has the scope', () => {
    expect(rootNames(seenBy('records:read', 'people'))).toEqual(['person', 'people', 'peopleAggregate']);
    expect(rootNames(seenBy('changes:read', 'people'))).toEqual(['personChanges']);
    expect(rootNames(seenBy('records:write', 'people'))).toEqual([
      'createPerson',
      'replacePerson',
      'updatePerson',
      'deletePerson',
    ]);
  });

  it('has ids in place of records that the caller cannot read', () => {
    const one = seenBy('records:read', 'movies');
    expect(printedType(one, 'Movie')).toContain('  director: ID\n  cast: [ID]\n');
    expect(one.getType('Person')).toBeUndefined();
    const other = seenBy('records:read', 'people');
    expect(printedType(other, 'Person')).not.toContain('movies');
    expect(other.getType('MovieWhere')).toBeUndefined();
  });

  it('is the generic one if the caller sees no collection', () => {
    const none = buildTypedSchema(generic, { key: '', collections: [] }, NO_RESOLVERS).schema;
    expect(Object.keys(none.getTypeMap()).toSorted()).toEqual(Object.keys(generic.getTypeMap()).toSorted());
  });
});

function collectionOf(jsonSchema: CollectionSource['schema']): CollectionSource {
  return { name: 'things', description: null, schema: jsonSchema, uniqueIndexes: [], references: [] };
}

/** Returns an object that contains an object, and so on. */
function nested(depth: number): ObjectType {
  let type: ObjectType | undefined;
  for (let level = depth; level >= 0; level--) {
    const inner: ValueType = type ?? { kind: 'list', of: { kind: 'scalar', scalar: 'String' } };
    const members = [{ name: 'inner', key: 'inner', type: inner, required: false }];
    type = { kind: 'object', name: level === 0 ? 'Thing' : `Thing_${level}`, members };
  }
  if (!type) throw new Error('The depth must be 0 or more.');
  return type;
}

function fieldOf(typeName: string, name: string) {
  const type = schema.getType(typeName);
  const field = isObjectType(type) ? type.getFields()[name] : undefined;
  if (!field) throw new Error(`There is no field ${typeName}.${name}.`);
  return field;
}

function isRoot(name: string): boolean {
  return ['Query', 'Mutation', 'Subscription'].includes(name);
}

/** Returns the parts of a schema that have no description. */
function undescribed(one: GraphQLSchema): string[] {
  return Object.values(one.getTypeMap())
    .filter(({ name }) => !generic.getType(name) || isRoot(name))
    .flatMap((type) => {
      const fieldsOf = 'getFields' in type ? Object.values(type.getFields()) : [];
      const values = 'getValues' in type ? type.getValues() : [];
      const args = fieldsOf.flatMap((field) => ('args' in field ? field.args : []));
      const own = isRoot(type.name) || isUnionType(type) ? [] : [type];
      return [...own, ...fieldsOf, ...values, ...args]
        .filter(({ description }) => !description)
        .map(({ name }) => `${type.name} ${name}`);
    });
}
