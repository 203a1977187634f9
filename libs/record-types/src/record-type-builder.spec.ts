import { describe, expect, it } from 'vitest';

import { deriveTypes } from './derive-types.js';
import { genericNames } from './reserved-names.js';
import type { CollectionSource } from './tenant-types.js';
import type { ObjectType, ValueType } from './value-type.js';

type Schema = NonNullable<CollectionSource['schema']>;

/** Derives the types of a collection `movies`. */
function derived(schema: Schema, references: CollectionSource['references'] = []) {
  const movies = { name: 'movies', description: null, schema, uniqueIndexes: [], references };
  const people = { ...movies, name: 'people', schema: { properties: { name: { type: 'string' } } }, references: [] };
  const types = deriveTypes([movies, people], genericNames).collections.get('movies');
  return { record: types?.typed?.record, untyped: types?.untyped ?? [] };
}

/** Prints the record type, and the types in it, one a line: `Movie: title String!, address Movie_Address`. */
function printed(schema: Schema, references?: CollectionSource['references']): string[] {
  const { record } = derived(schema, references);
  const objects = new Set<ObjectType>(record && [record]);
  const others = new Map<string, string>();
  for (const { members } of objects) for (const { type } of members) collect(type);
  const lines = [...objects].map(({ name, members }) => {
    const texts = members.map((one) => {
      const reference = one.reference === undefined ? '' : ` -> ${one.reference}`;
      return `${one.name} ${print(one.type)}${one.required ? '!' : ''}${reference}`;
    });
    return `${name}: ${texts.join(', ')}`;
  });
  return [...lines, ...others.values()];

  function collect(type: ValueType): void {
    if (type.kind === 'list') collect(type.of);
    if (type.kind === 'object') objects.add(type);
    if (type.kind === 'scalar' && type.values)
      others.set(type.values.name, `${type.values.name}: ${[...type.values.values].flat().join(' ')}`);
    if (type.kind !== 'union') return;
    const branches = [...type.types].map(([constant, { name }]) => `${constant} ${name}`);
    others.set(type.name, `${type.name}: by ${type.discriminator}, ${branches.join(', ')}`);
    for (const object of type.types.values()) objects.add(object);
  }
}

function print(type: ValueType): string {
  if (type.kind === 'list') return `[${print(type.of)}]`;
  return type.kind === 'scalar' ? (type.values?.name ?? type.scalar) : type.name;
}

/** Prints the type of a member with this schema. */
function typeOf(member: Schema, more: Schema = {}): string {
  return printed({ properties: { a: member }, ...more })[0]?.replace('Movie: a ', '') ?? 'none';
}

describe('scalars', () => {
  it.each([
    [{ type: 'string' }, 'String'],
    [{ type: 'string', format: 'date-time' }, 'DateTime'],
    [{ type: 'string', format: 'uuid' }, 'ID'],
    [{ type: 'string', format: 'date' }, 'String'],
    [{ format: 'date-time' }, 'JSON'],
    [{ type: 'number' }, 'Float'],
    [{ type: ['integer', 'number'] }, 'Float'],
    [{ type: 'boolean' }, 'Boolean'],
    [{ type: 'integer' }, 'SafeInt'],
    [{ type: 'integer', minimum: 0 }, 'SafeInt'],
    [{ type: 'integer', minimum: -2147483648, maximum: 2147483647 }, 'Int'],
    [{ type: 'integer', minimum: 0, maximum: 2147483648 }, 'SafeInt'],
    [{ type: 'integer', minimum: 0, exclusiveMaximum: 2147483648 }, 'Int'],
    [{ type: 'integer', exclusiveMinimum: -2147483649, maximum: 1 }, 'Int'],
    [{ enum: [1, 2] }, 'Int'],
    [{ enum: [1, 2.5] }, 'Float'],
    [{ const: true }, 'Boolean'],
    [{ enum: [1, 'a'] }, 'JSON'],
    [{ type: ['string', 'integer'] }, 'JSON'],
    [{ type: 'null' }, 'JSON'],
    [{}, 'JSON'],
  ])('of %j are %s', (member, type) => expect(typeOf(member)).toBe(type));

  it.each<[Schema, string]>([
    [{ type: ['string', 'null'] }, 'String'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'String'],
    [{ oneOf: [{ const: null }, { type: 'boolean' }] }, 'Boolean'],
    [{ anyOf: [{ $ref: '#/$defs/Id' }, { type: 'null' }] }, 'ID'],
    [{ $ref: '#/$defs/Id', description: 'The id' }, 'ID'],
    [{ allOf: [{ $ref: '#/$defs/Id' }], description: 'The id' }, 'ID'],
    [{ type: 'string', anyOf: [{ minLength: 2 }, { pattern: 'a' }] }, 'String'],
    [{ anyOf: [{ type: 'string' }, { type: 'integer' }] }, 'JSON'],
    [{ allOf: [{ type: 'object' }, { required: ['a'] }] }, 'JSON'],
  ])('of the value in %j are %s', (member, type) => {
    expect(typeOf(member, { $defs: { Id: { type: 'string', format: 'uuid' } } })).toBe(type);
  });
});

describe('lists', () => {
  it.each([
    [{ type: 'array', items: { type: 'string' } }, '[String]'],
    [{ items: { type: 'number' } }, '[Float]'],
    [{ type: 'array' }, '[JSON]'],
    [{ type: 'array', items: false }, '[JSON]'],
    [{ type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'number' } }, '[JSON]'],
    [{ type: 'array', items: { type: 'array', items: { type: 'boolean' } } }, '[[Boolean]]'],
    [{ $ref: '#/$defs/Nested' }, '[JSON]'],
  ])('of %j are %s', (member, type) => {
    const $defs = { Nested: { type: 'array', items: { $ref: '#/$defs/Nested' } } };
    expect(typeOf(member, { $defs }).replace('[JSON]]', 'JSON]')).toBe(type);
  });

  it('name the type of their items in the singular', () => {
    const actors = { type: 'array', items: { properties: { name: { type: 'string' } } } };
    expect(printed({ properties: { actors } })).toEqual(['Movie: actors [Movie_Actor]', 'Movie_Actor: name String']);
  });
});

describe('objects', () => {
  it('are named after their definition, before members get names, and otherwise after the member', () => {
    const address = { type: 'object', properties: { city: { type: 'string' } } };
    const schema = {
      properties: { address, home: { $ref: '#/$defs/Address' }, 'work address': { $ref: '#/definitions/Address' } },
      $defs: { Address: { properties: { street: { type: 'string' } } } },
      definitions: { Address: { properties: { zip: { type: 'string' } } } },
    };
    expect(printed(schema)).toEqual([
      'Movie: address Movie_Address3, home Movie_Address, work_address Movie_Address2',
      'Movie_Address3: city String',
      'Movie_Address: street String',
      'Movie_Address2: zip String',
    ]);
  });

  it('never have the name of the input of another one', () => {
    const object = { properties: { a: { type: 'string' } } };
    const names = printed({ properties: { address: object, address_input: object, address_where: object } });
    expect(names.slice(1)).toEqual([
      'Movie_Address: a String',
      'Movie_AddressInput2: a String',
      'Movie_AddressWhere2: a String',
    ]);
  });

  it('can contain themselves, and the schema of the record', () => {
    const node = { properties: { name: { type: 'string' }, children: { items: { $ref: '#/$defs/Node' } } } };
    expect(
      printed({ properties: { tree: { $ref: '#/$defs/Node' }, sequel: { $ref: '#' } }, $defs: { Node: node } }),
    ).toEqual([
      'Movie: tree Movie_Node, sequel Movie_Sequel',
      'Movie_Node: name String, children [Movie_Node]',
      'Movie_Sequel: tree Movie_Node, sequel Movie_Sequel',
    ]);
  });

  it.each<Schema>([
    { type: 'object' },
    { type: 'object', properties: {} },
    { type: 'object', patternProperties: { '^a': {} } },
    { additionalProperties: { type: 'string' } },
    { properties: { 标题: {} } },
    { allOf: [{ properties: { a: {} } }, { properties: { b: {} } }] },
    { if: { properties: { a: {} } }, then: { properties: { b: {} } } },
  ])('of %j are JSON', (member) => {
    expect(typeOf(member)).toBe('JSON');
    expect(derived({ properties: { a: member } }).untyped.length).toBe(1);
  });

  it('require what the schema requires, unless it can be null or has a default', () => {
    const text = { type: 'string' };
    const properties = { a: text, b: { type: ['string', 'null'] }, c: { ...text, 'x-haven-default': '' }, d: text };
    expect(printed({ required: ['a', 'b', 'c'], properties })).toEqual([
      'Movie: a String!, b String, c String, d String',
    ]);
  });

  it('do not require each other in a circle, because no input could be written', () => {
    const node = (next: string) => ({
      type: 'object',
      required: ['next'],
      properties: { next: { $ref: `#/$defs/${next}` } },
    });
    const schema = { required: ['n'], properties: { n: { $ref: '#/$defs/A' } }, $defs: { A: node('B'), B: node('A') } };
    expect(printed(schema)).toEqual(['Movie: n Movie_A!', 'Movie_A: next Movie_B!', 'Movie_B: next Movie_A']);
  });

  it('are described by title and description', () => {
    const schema = {
      properties: { a: { $ref: '#/$defs/A' }, b: { $ref: '#/$defs/A', title: 'B' } },
      $defs: { A: { title: 'An A', description: 'The first letter.', type: 'string' } },
    };
    const { record } = derived(schema);
    expect(record?.members.map(({ description }) => description)).toEqual(['An A\n\nThe first letter.', 'B']);
  });
});

describe('enums', () => {
  it('are named like members, and their values are names', () => {
    const rating = { enum: ['G', 'PG-13', 'PG_13', '18', 'true', '_x', null] };
    expect(printed({ properties: { rating } })).toEqual([
      'Movie: rating Movie_Rating',
      'Movie_Rating: G G PG_13_2 PG-13 PG_13 PG_13 v_18 18 v_true true v_x _x',
    ]);
  });

  it('come from constants too, and are shared by a definition', () => {
    const $defs: Schema = { State: { oneOf: [{ const: 'on', title: 'On' }, { const: 'off' }] } };
    const state = { $ref: '#/$defs/State' };
    expect(printed({ properties: { a: state, b: state }, $defs })).toEqual([
      'Movie: a Movie_State, b Movie_State',
      'Movie_State: on on off off',
    ]);
  });

  it.each([[['男', '女']], [['', 'a']], [Array.from({ length: 501 }, (_, index) => `v${index}`)]])(
    'are only strings if names or limits do not allow them',
    (values) => expect(typeOf({ enum: values })).toBe('String'),
  );
});

describe('unions', () => {
  const cat = {
    type: 'object',
    required: ['kind'],
    properties: { kind: { const: 'cat' }, lives: { type: 'integer' } },
  };
  const dog = {
    type: 'object',
    required: ['kind'],
    properties: { kind: { enum: ['dog'] }, tricks: { type: 'string' } },
  };

  it('are objects that a required constant tells apart', () => {
    const schema: Schema = {
      properties: { pet: { oneOf: [{ $ref: '#/$defs/Cat' }, dog, { type: 'null' }] } },
      $defs: { Cat: cat },
    };
    expect(printed(schema)).toEqual([
      'Movie: pet Movie_Pet',
      'Movie_Cat: kind String!, lives SafeInt',
      'Movie_PetDog: kind Movie_Kind!, tricks String',
      'Movie_Pet: by kind, cat Movie_Cat, dog Movie_PetDog',
      'Movie_Kind: dog dog',
    ]);
  });

  it.each([
    ['anyOf', [cat, dog]],
    ['oneOf', [cat, cat]],
    ['oneOf', [cat, { ...dog, required: [] }]],
    ['oneOf', [cat, { type: 'string' }]],
    ['oneOf', [cat, { $ref: '#/$defs/Other' }]],
  ])('are JSON otherwise: %s of %j', (keyword, branches) => {
    const schema = { properties: { a: { [keyword]: branches } }, $defs: { Other: { properties: { a: {} } } } };
    expect(printed(schema)).toEqual(['Movie: a JSON']);
    expect(derived(schema).untyped).toHaveLength(1);
  });
});

describe('members', () => {
  it('get valid names; exact names win, then the order of the schema', () => {
    const keys = ['_id', '1st', 'Major Genre', 'Major_Genre', 'Major-Genre', 'a.b', 'm_id', '标题', 'Ünï', '__proto'];
    const properties = Object.fromEntries(keys.map((key) => [key, { type: 'string' }]));
    const { record, untyped } = derived({ properties });
    expect(record?.members.map(({ name, key }) => [name, key])).toEqual([
      ['m_1st', '1st'],
      ['Major_Genre', 'Major_Genre'],
      ['a_b', 'a.b'],
      ['m_id', 'm_id'],
      ['m_n_', 'Ünï'],
      ['m__proto', '__proto'],
    ]);
    expect(untyped.map(({ pointer }) => pointer)).toEqual([
      '/schema/properties/_id',
      '/schema/properties/Major Genre',
      '/schema/properties/Major-Genre',
      '/schema/properties/标题',
    ]);
  });

  it('without a name are told to be required, because typed inputs cannot have them', () => {
    const { untyped } = derived({ required: ['标题'], properties: { 标题: {}, a: {}, 名: {} } });
    expect(untyped.map(({ detail }) => detail.includes('only the generic operations can create'))).toEqual([
      true,
      false,
    ]);
  });

  it('have the name that the schema states', () => {
    const named = (name: unknown) => ({ type: 'string', 'x-haven-name': name });
    const properties = { 标题: named('title'), title: { type: 'string' }, a: named('_a'), b: named(1) } as Schema;
    const { record, untyped } = derived({ properties });
    expect(record?.members.map(({ name, key }) => [name, key])).toEqual([
      ['title', '标题'],
      ['a', 'a'],
      ['b', 'b'],
    ]);
    expect(untyped.map(({ pointer }) => pointer)).toEqual([
      '/schema/properties/a/x-haven-name',
      '/schema/properties/b/x-haven-name',
      '/schema/properties/title',
    ]);
  });
});

describe('references', () => {
  const to = (...paths: string[][]) => paths.map((path) => ({ path, collection: 'people' }));

  it('are ids of records, or lists of them', () => {
    const properties = {
      director: { type: 'string', 'x-haven-ref': { collection: 'people' } },
      cast: { type: 'array', items: { 'x-haven-ref': { collection: 'people' } } },
      any: { 'x-haven-ref': { collection: 'people' } },
      both: { type: ['string', 'array'] },
      crew: { properties: { head: { $ref: '#/$defs/Id' } } },
    };
    const schema = { properties, $defs: { Id: { type: 'string', format: 'uuid' } } };
    expect(printed(schema, to(['director'], ['cast'], ['any'], ['both'], ['crew', 'head']))).toEqual([
      'Movie: director ID -> people, cast [ID] -> people, any ID -> people, both JSON, crew Movie_Crew',
      'Movie_Crew: head ID -> people',
    ]);
  });

  it('are only where Haven checks them, not where a `$ref` leads to the same schema', () => {
    const crew = { properties: { head: { type: 'string' } } };
    const schema = { properties: { crew, others: { $ref: '#/properties/crew' } } };
    expect(printed(schema, to(['crew', 'head']))).toEqual([
      'Movie: crew Movie_Crew, others Movie_Others',
      'Movie_Crew: head ID -> people',
      'Movie_Others: head String',
    ]);
  });
});

describe('any schema', () => {
  it('has the types of its dialect', () => {
    const draft7 = 'http://json-schema.org/draft-07/schema#';
    const a = { $ref: '#/definitions/A', properties: { ignored: {} } };
    const schema = { $schema: draft7, properties: { a }, definitions: { A: { type: 'string' } } };
    expect(printed(schema)).toEqual(['Movie: a String']);
  });

  it('has types by the identifiers in it', () => {
    const inner = { $id: 'inner', properties: { x: { $ref: '#/$defs/X' } }, $defs: { X: { type: 'boolean' } } };
    const schema = {
      $id: 'https://example.com/outer',
      properties: { a: { $ref: 'inner' }, b: { $ref: '#x' } },
      $defs: { inner, X: { $anchor: 'x', type: 'string' } },
    };
    expect(printed(schema)).toEqual(['Movie: a Movie_Inner, b String', 'Movie_Inner: x Boolean']);
  });

  it.each([
    ['that Haven no longer accepts', { properties: { a: { $ref: 'https://example.com/other' } } }],
    ['whose references lead to nothing', { properties: { a: { $ref: '#/$defs/missing' } } }],
    ['of another dialect', { $schema: 'http://json-schema.org/draft-04/schema#', properties: { a: {} } }],
  ])('has no types if it is one %s', (_, schema) => {
    const { record, untyped } = derived(schema);
    expect(record).toBeUndefined();
    expect(untyped.map(({ pointer }) => pointer)).toContain('/schema');
  });

  it('has no endless types', () => {
    const cycle = { $ref: '#/$defs/A' };
    expect(printed({ properties: { a: cycle, b: { type: 'string' } }, $defs: { A: cycle } })).toEqual([
      'Movie: a JSON, b String',
    ]);
    const wide = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`m${index}`, { $ref: '#/$defs/A' }]));
    const { record } = derived({ properties: wide, $defs: { A: { properties: wide } } });
    expect(record?.members).toHaveLength(300);
  });

  it('has a limited number of members, and tells which are missing', () => {
    const object = (count: number, inner: Schema): Schema => ({
      properties: Object.fromEntries(Array.from({ length: count }, (_, index) => [`m${index}`, inner])),
    });
    const { record, untyped } = derived(object(10, object(1_000, { type: 'string' })));
    expect(record?.members.map(({ type }) => type.kind)).toEqual([
      ...Array(4).fill('object'),
      ...Array(6).fill('scalar'),
    ]);
    expect(untyped).toHaveLength(6);
  });
});
