import fc from 'fast-check';
import { assertName, GraphQLSchema, validateSchema } from 'graphql';
import { expect, it } from 'vitest';

import { compileSchema } from '@haven/json-schema';
import type { JsonObject } from '@haven/kernel';
import { deriveTypes, genericNames } from '@haven/record-types';
import type { CollectionSource, CollectionTypes, ObjectType, TypedCollection, ValueType } from '@haven/record-types';

import { allOf, generic, NO_RESOLVERS } from '../../../../libs/typed-graphql/src/schema/example-schemas.js';
import { buildTypedSchema } from '../../../../libs/typed-graphql/src/schema/typed-schema.js';

const LIMITS = { bytes: 256 * 1024, depth: 32, nodes: 2_000, cost: 10_000 };

function typesOf(schema: JsonObject): CollectionTypes | undefined {
  return deriveTypes([sourceOf(schema)], genericNames).collections.get('movies');
}

function sourceOf(schema: JsonObject): CollectionSource {
  return { name: 'movies', description: null, schema, uniqueIndexes: [], references: [] };
}

function isAccepted(schema: JsonObject): boolean {
  try {
    compileSchema(schema, LIMITS);
    return true;
  } catch {
    return false;
  }
}

/** Returns what graphql-js finds wrong with the schema of a collection. */
function errorsOf(schema: JsonObject) {
  const typed = buildTypedSchema(generic, allOf([sourceOf(schema)]), NO_RESOLVERS);
  return validateSchema(new GraphQLSchema({ ...typed.schema.toConfig(), assumeValid: false }));
}

/** Throws unless a GraphQL schema can be built from the types. */
function requireConsistent({ record, names }: TypedCollection): void {
  const taken = new Map<string, ValueType | string>();
  const claim = (name: string, type: ValueType) => {
    const all = type === record ? [name] : ['', 'Input', 'Patch', 'Where', 'OrderBy'].map((suffix) => name + suffix);
    for (const one of all) {
      expect(taken.get(assertName(one)) ?? type, one).toBe(type);
      taken.set(one, type);
    }
    expect(name).toMatch(type === record ? /^[A-Za-z0-9]+$/ : new RegExp(`^${names.type}_`));
  };
  const enums = new Map<string, unknown>();
  const seen = new Set<ValueType>([record]);
  for (const type of seen) {
    if (type.kind === 'list') seen.add(type.of);
    if (type.kind === 'scalar' && type.values) {
      expect(enums.get(type.values.name) ?? type.values).toBe(type.values);
      enums.set(type.values.name, type.values);
      for (const name of type.values.values.keys()) expect(assertName(name)).not.toMatch(/^(__.*|true|false|null)$/);
      expect(new Set(type.values.values.values()).size).toBe(type.values.values.size);
    }
    if (type.kind === 'union') {
      claim(type.name, type);
      expect(type.types.size).toBeGreaterThan(1);
      for (const one of type.types.values()) seen.add(one);
    }
    if (type.kind === 'object') requireMembers(type);
  }
  for (const name of enums.keys()) expect(taken.has(name)).toBe(false);
  for (const type of seen)
    if (type.kind === 'object') expect(requiredIn(type, new Set()).has(type), type.name).toBe(false);

  function requireMembers(type: ObjectType): void {
    claim(type.name, type);
    expect(type.members.length).toBeGreaterThan(0);
    for (const field of ['name', 'key'] as const)
      expect(new Set(type.members.map((member) => member[field])).size).toBe(type.members.length);
    for (const member of type.members) {
      expect(assertName(member.name)).toMatch(/^[A-Za-z]/);
      seen.add(member.type);
    }
  }
}

/** Returns the objects without which no input of the type can be written. */
function requiredIn(type: ObjectType, found: Set<ObjectType>): Set<ObjectType> {
  for (const { required, type: inner } of type.members) {
    if (!required || inner.kind !== 'object' || found.has(inner)) continue;
    found.add(inner);
    requiredIn(inner, found);
  }
  return found;
}

/** `typed-schemas.slow-spec.ts` does the same with the schemas of the schema store. */
it('any schema that Haven accepts has types of which a valid GraphQL schema is built', () => {
  let typed = 0;
  fc.assert(
    fc.property(anySchema().filter(isAccepted), (schema) => {
      const types = typesOf(schema);
      expect(types?.typed !== null || types.untyped.length > 0).toBe(true);
      if (!types?.typed) return;
      typed++;
      requireConsistent(types.typed);
      expect(errorsOf(schema)).toEqual([]);
    }),
    { numRuns: 200 },
  );
  expect(typed).toBeGreaterThan(80);
});

/** Creates schemas that combine all keywords that play a part in types, with few names, so that these collide. */
function anySchema(): fc.Arbitrary<JsonObject> {
  const name = fc.constantFrom('a', 'A', 'a-b', 'a_b', '_a', '1', 'Where', 'input', '标', 'a b', 'ab');
  const strings = fc.uniqueArray(fc.constantFrom('x', 'X', 'x y', 'x_y', '', 'true', '1', '__z', '标'), {
    minLength: 1,
  });
  const references = fc.constantFrom('#', '#/$defs/a', '#/$defs/Where', '#/$defs/a-b', '#/properties/a');
  const { schema } = fc.letrec<{ schema: JsonObject; object: JsonObject }>((tie) => {
    const few = fc.array(tie('schema'), { minLength: 1, maxLength: 3 });
    return {
      schema: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        fc.constantFrom<JsonObject>(
          { type: 'string' },
          { type: 'integer' },
          { type: ['number', 'null'] },
          { type: 'null' },
          {},
        ),
        strings.map((values): JsonObject => ({ enum: values })),
        strings.map(([value]): JsonObject => ({ const: value ?? 'x' })),
        references.map(($ref): JsonObject => ({ $ref })),
        tie('object'),
        tie('schema').map((items): JsonObject => ({ type: 'array', items })),
        fc
          .tuple(fc.constantFrom('oneOf', 'anyOf', 'allOf'), few)
          .map(([keyword, list]): JsonObject => ({ [keyword]: list })),
        fc.tuple(tie('schema'), tie('schema')).map(([one, other]): JsonObject => ({ ...one, ...other })),
      ),
      object: fc
        .tuple(fc.dictionary(name, tie('schema'), { maxKeys: 4 }), fc.uniqueArray(name, { maxLength: 3 }), fc.boolean())
        .map(([properties, required, isTyped]): JsonObject => ({
          ...(isTyped && { type: 'object' }),
          properties,
          required,
        })),
    };
  });
  return fc
    .tuple(fc.dictionary(name, schema, { minKeys: 1, maxKeys: 5 }), fc.tuple(schema, schema, schema))
    .map(([properties, [a, Where, other]]): JsonObject => ({ properties, $defs: { a, Where, 'a-b': other } }));
}
