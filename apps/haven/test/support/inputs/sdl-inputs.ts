import { getNamedType, isInputObjectType, isListType, isNonNullType, isObjectType, isCompositeType } from 'graphql';
import type { GraphQLField, GraphQLInputType, GraphQLSchema } from 'graphql';

/** A field with its arguments; `root` is the field of a root type below which it is selected. */
export interface GraphqlField {
  kind: 'query' | 'mutation' | 'subscription';
  root: GraphQLField<unknown, unknown>;
  field: GraphQLField<unknown, unknown>;
  /** The fields between `root` and `field`. */
  between?: string[];
}

/** A place in the arguments of a field where values are tried; an index stands for the first element of a list. */
export interface GraphqlPlace {
  of: GraphqlField;
  path: (string | 0)[];
  type: GraphQLInputType;
  /** The input object that has this member; absent for an argument. */
  parent?: string;
}

const KINDS = ['query', 'mutation', 'subscription'] as const;

/** Fields with arguments that are not root fields, or their types, and the query that returns the object: a path. */
const PARENTS = new Map([['Record.history', 'record']]);

/** Returns the fields of the root types, and other fields that have arguments; `parents` is like {@link PARENTS}. */
export function graphqlFields(schema: GraphQLSchema, parents: ReadonlyMap<string, string> = PARENTS): GraphqlField[] {
  const roots = KINDS.flatMap((kind) =>
    Object.values(schema.getRootType(kind as never)?.getFields() ?? {}).map((field) => ({ kind, root: field, field })),
  );
  const names = new Set(KINDS.map((kind) => schema.getRootType(kind as never)?.name));
  const inner = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && !names.has(type.name) && !type.name.startsWith('__'))
    .flatMap((type) =>
      Object.values(isObjectType(type) ? type.getFields() : {})
        .filter(({ args }) => args.length > 0)
        .map((field): GraphqlField => {
          const path = parents.get(`${type.name}.${field.name}`) ?? parents.get(type.name) ?? '';
          const [name = '', ...between] = path.split('.');
          const root = schema.getQueryType()?.getFields()[name];
          if (!root) throw new Error(`Name in "parents" the query that returns ${type.name} with ${field.name}.`);
          return { kind: 'query', root, field, between };
        }),
    );
  return [...roots, ...inner];
}

/** Returns all arguments of a field, and the members of those that are input objects. */
export function placesOf(of: GraphqlField): GraphqlPlace[] {
  return of.field.args.flatMap(({ name, type }) => membersOf(type, [name]).map((place) => ({ of, ...place })));
}

export function selectionOf({ type }: GraphQLField<unknown, unknown>): string {
  return isCompositeType(getNamedType(type)) ? ' { __typename }' : '';
}

/** An object within an object of the same type has the same places. */
function membersOf(
  type: GraphQLInputType,
  path: (string | 0)[],
  parents: readonly string[] = [],
): Omit<GraphqlPlace, 'of'>[] {
  const nullable = isNonNullType(type) ? type.ofType : type;
  const named = getNamedType(type);
  const parent = parents.at(-1);
  const place = { path, type, ...(parent !== undefined && { parent }) };
  if (!isInputObjectType(named) || parents.includes(named.name)) return [place];
  const inside = isListType(nullable) ? [...path, 0 as const] : path;
  const members = Object.values(named.getFields()).flatMap((member) =>
    membersOf(member.type, [...inside, member.name], [...parents, named.name]),
  );
  return [place, ...members];
}
