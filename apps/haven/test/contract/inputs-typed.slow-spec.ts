import { randomUUID } from 'node:crypto';

import { buildClientSchema, getIntrospectionQuery, getNamedType } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { ChangeWatch } from '../support/inputs/change-watch.js';
import { GraphqlDocuments, nameOf } from '../support/inputs/graphql-documents.js';
import type { Attempt } from '../support/inputs/graphql-documents.js';
import { GraphqlSender } from '../support/inputs/graphql-sender.js';
import { JSON_VALUES, LITERALS, randomStrings, Selection, valuesOfType } from '../support/inputs/hostile-values.js';
import { faultOf } from '../support/inputs/pointerless.js';
import { graphqlFields, placesOf } from '../support/inputs/sdl-inputs.js';
import type { GraphqlField, GraphqlPlace } from '../support/inputs/sdl-inputs.js';
import { TypedReads, typedSelection } from '../support/inputs/typed-reads.js';
import { PreparedTypedThings } from '../support/inputs/typed-things.js';

/** Another seed sends other values: `HAVEN_TEST_SEED=7 npm run test:slow -- inputs`. */
const SEED = Number(process.env['HAVEN_TEST_SEED'] ?? 21);
const VARIABLES = [...JSON_VALUES, ...randomStrings(SEED, 3)];
const TIMEOUT_MS = 1_200_000; // for every value, on a machine that is busy with other tests
const TRIED = inject('extent');
/** Number of values of any type for each member of an input object, as literals and as variables. */
const MEMBER_VALUES = TRIED === 'every' ? 6 : 1;
const selection = new Selection(SEED, TRIED);

/** The types whose fields have arguments, and the query that returns one of their objects. */
const PARENTS = new Map([
  ['Record', 'record'],
  ['Film', 'film'],
  ['Person', 'person'],
  ['Agent', 'agent'],
  ['Screening', 'screening'],
  ...['Film', 'Person', 'Agent', 'Screening'].map(
    (type) =>
      [`${type}AggregateGroup`, `${type === 'Person' ? 'people' : `${type.toLowerCase()}s`}Aggregate.groups`] as const,
  ),
]);
const ORDER = ['query', 'subscription', 'mutation'];

const haven = startHaven();
const things = new PreparedTypedThings(haven);
const watch = new ChangeWatch(haven);
const sender = new GraphqlSender(haven);
const documents = new GraphqlDocuments((of) => things.argumentsOf(of), typedSelection);

beforeAll(() => watch.install());
afterAll(() => sender.close());

it('succeeds for each typed field with valid arguments', async () => {
  const { fields } = await prepare();
  const failed: string[] = [];
  for (const of of fields) {
    const { code } = await sender.send(of.kind, documents.documentOf(of), '{}');
    if (code !== undefined) failed.push(`${nameOf(of)}: ${code}`);
    await things.renewAfter(of);
  }
  expect(failed).toEqual([]);
});

it(
  'accepts a value or refuses it with its place, changes nothing if it refuses it, and reads what generic fields read',
  async () => {
    const { schema, fields } = await prepare();
    const reads = new TypedReads(schema, sender);
    await watch.taken();
    const failed: string[] = [];
    const count = { places: 0, requests: 0, accepted: 0, compared: 0 };
    const attemptAt = async (place: GraphqlPlace, { what, document, variables }: Attempt): Promise<void> => {
      const { of } = place;
      const text = document();
      count.requests++;
      const { status, code, pointer, data } = await sender.send(of.kind, text, variables);
      const fail = (fault: string | undefined) =>
        fault && failed.push(`${nameOf(of)} /${place.path.join('/')} ← ${what}: ${fault}`);
      const changes = of.kind === 'mutation' ? await watch.taken() : [];
      if (code !== undefined) {
        // The scalar JSON does not know where in the document its literal is; the error has its location.
        const isJsonLiteral = what.startsWith('literal') && getNamedType(place.type).name.startsWith('JSON');
        fail(faultOf(status, code, pointer) ?? (isJsonLiteral ? undefined : misplaced(of, pointer)));
        if (changes.length > 0) fail(`refused with ${code}, but changed: ${changes.join()}`);
        return;
      }
      count.accepted++;
      if (of.kind === 'query') {
        count.compared++;
        fail(await reads.differenceOf(of, text, variables, data));
      }
      if (changes.length > 0) {
        await things.renewAfter(of);
        await watch.taken();
      }
    };
    for (const place of differentPlaces(fields)) {
      count.places++;
      const attempts = attemptsAt(place);
      if (place.of.kind === 'query') await Promise.all(attempts.map((each) => attemptAt(place, each)));
      else for (const each of attempts) await attemptAt(place, each);
    }
    expect(failed).toEqual([]);
    console.log(`Typed GraphQL: ${JSON.stringify({ ...count, seed: SEED })}`);
  },
  TIMEOUT_MS,
);

/** Creates a tenant's collections, and returns its schema and the fields that other tenants do not have. */
async function prepare(): Promise<{ schema: GraphQLSchema; fields: GraphqlField[] }> {
  const generic = await introspected(randomUUID());
  await things.prepare();
  const schema = await introspected(haven.tenant);
  const others = new Set(graphqlFields(generic, PARENTS).map(({ root }) => root.name));
  const fields = graphqlFields(schema, PARENTS).filter(({ root }) => !others.has(root.name));
  return { schema, fields: fields.sort((left, right) => ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind)) };
}

async function introspected(tenant: string): Promise<GraphQLSchema> {
  const { body } = await haven.graphql(getIntrospectionQuery(), {}, { 'x-test-tenant': tenant });
  return buildClientSchema(body.data);
}

/**
 * Returns all arguments, and each member of an input object once for each kind of field. The input objects of
 * aggregates are the same for all collections, and their fields of a type as well; the operators are the same for all
 * lists.
 */
function differentPlaces(fields: readonly GraphqlField[]): GraphqlPlace[] {
  const known = new Set<string>();
  return fields.flatMap(placesOf).filter(({ of: { kind, root, field }, parent, path, type }) => {
    if (parent === undefined) return true;
    const [, aggregate] = /(Aggregate\w+)$/.exec(parent) ?? [];
    const isField = aggregate === 'AggregateConditions' || aggregate === 'AggregateOrder';
    const list = /(?:ListFilter|_ListWhere)$/.test(parent) ? 'ListFilter' : undefined;
    const key = [kind, root === field, aggregate ?? list ?? parent, isField ? String(type) : path.at(-1)].join();
    return !known.has(key) && known.add(key);
  });
}

/** Arguments get every value if a run tries every value; members of input objects get every value of their type. */
function attemptsAt(place: GraphqlPlace): Attempt[] {
  const type = String(place.type);
  const isArgument = place.parent === undefined;
  const literals = isArgument
    ? selection.from(LITERALS, `argument, literal ${type}`, 2)
    : selection.some(LITERALS, `member, literal ${type}`, MEMBER_VALUES);
  const variables = isArgument
    ? selection.from(VARIABLES, `argument, variable ${type}`, 4)
    : selection.some(VARIABLES, `member, variable ${type}`, MEMBER_VALUES);
  const fitting = selection.from(valuesOfType(getNamedType(place.type).name), `fitting ${type}`, 2);
  return [
    ...literals.map((value) => documents.literalAt(place, value)),
    ...[...variables, ...fitting].map((value) => documents.variableAt(place, value)),
  ];
}

/** A pointer starts with an argument of the typed field, with the variable, or with a selected part of an aggregate. */
function misplaced({ field, between = [] }: GraphqlField, pointer: unknown): string | undefined {
  if (typeof pointer !== 'string' || ['', 'location'].includes(pointer)) return undefined;
  const [, first = ''] = pointer.split('/');
  const isKnown =
    first === 'value' ||
    first === 'variables' ||
    between.includes(first) ||
    field.args.some(({ name }) => name === first);
  return isKnown ? undefined : `the pointer ${pointer} names no argument`;
}
