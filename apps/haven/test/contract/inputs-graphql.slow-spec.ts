import { randomUUID } from 'node:crypto';

import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { ChangeWatch } from '../support/inputs/change-watch.js';
import { GraphqlDocuments, nameOf } from '../support/inputs/graphql-documents.js';
import type { Attempt } from '../support/inputs/graphql-documents.js';
import { GraphqlSender } from '../support/inputs/graphql-sender.js';
import type { Outcome } from '../support/inputs/graphql-sender.js';
import { JSON_VALUES, LITERALS, randomStrings, Selection } from '../support/inputs/hostile-values.js';
import { faultOf } from '../support/inputs/pointerless.js';
import { PreparedThings } from '../support/inputs/prepared-things.js';
import { graphqlFields, placesOf } from '../support/inputs/sdl-inputs.js';
import type { GraphqlField } from '../support/inputs/sdl-inputs.js';
import { validInput, validName } from '../support/inputs/valid-inputs.js';

/** Another seed sends other values: `HAVEN_TEST_SEED=7 npm run test:slow -- inputs`. */
const SEED = Number(process.env['HAVEN_TEST_SEED'] ?? 18);
const VARIABLES = [...JSON_VALUES, ...randomStrings(SEED, 3)];
/** Numbers of values for each place, as literals and as variables, if not every value is tried. */
const COUNTS = { literals: 2, variables: 4 };
const TIMEOUT_MS = 1_200_000; // for every value, on a machine that is busy with other tests
const selection = new Selection(SEED, inject('extent'));

const haven = startHaven(['limits.webhooks=10000', 'audit.checkpointInterval=1s']);
const things = new PreparedThings(haven);
const watch = new ChangeWatch(haven);
const sender = new GraphqlSender(haven);
const documents = new GraphqlDocuments(argumentsOf);

let schema: GraphQLSchema;
let fields: GraphqlField[];

beforeAll(async () => {
  const { body } = await haven.graphql(getIntrospectionQuery(), {}, { 'x-test-tenant': randomUUID() });
  schema = buildClientSchema(body.data);
  // Webhooks come last: the active ones that are created would receive every further change.
  fields = graphqlFields(schema).sort((left, right) => Number(isOfWebhooks(left)) - Number(isOfWebhooks(right)));
  await watch.install();
});
afterAll(() => sender.close());

it('succeeds for each field with valid arguments', async () => {
  await things.prepare();
  const failed: string[] = [];
  for (const of of fields) {
    const { code } = await run(of, documents.documentOf(of), '{}');
    if (code !== undefined) failed.push(`${nameOf(of)}: ${code}`);
    if (of.kind === 'mutation') await things.renew(of.root.name);
  }
  expect(failed).toEqual([]);
});

it(
  'accepts a value or refuses it with a pointer or location, and changes nothing if it refuses it',
  async () => {
    await things.prepare();
    await watch.taken();
    const failed: string[] = [];
    const tried = new Map<string, number>();
    for (const of of fields) {
      for (const place of placesOf(of)) {
        const name = `${nameOf(of)} /${place.path.join('/')}`;
        const type = String(place.type);
        const literals = selection
          .from(LITERALS, `literal ${type}`, COUNTS.literals)
          .map((value) => documents.literalAt(place, value));
        const variables = selection
          .from(VARIABLES, `variable ${type}`, COUNTS.variables)
          .map((value) => documents.variableAt(place, value));
        tried.set(name, literals.length + variables.length);
        const attempt = async ({ what, document, variables: given }: Attempt): Promise<void> => {
          const fault = await faultAt(of, document(), given);
          if (fault) failed.push(`${name} ← ${what}: ${fault}`);
        };
        if (of.kind === 'query') await Promise.all([...literals, ...variables].map(attempt));
        else for (const each of [...literals, ...variables]) await attempt(each);
      }
    }
    expect(failed).toEqual([]);
    expect([...tried].filter(([, count]) => count < COUNTS.literals + COUNTS.variables)).toEqual([]);
    const requests = [...tried.values()].reduce((sum, count) => sum + count, 0);
    console.log(`GraphQL: ${tried.size} places, ${requests} requests, seed ${SEED}`);
  },
  TIMEOUT_MS,
);

async function faultAt(of: GraphqlField, document: string, variables: string): Promise<string | undefined> {
  const { status, code, pointer } = await run(of, document, variables);
  const changes = of.kind === 'mutation' ? await watch.taken() : [];
  if (code === undefined) {
    if (of.kind !== 'mutation') return undefined;
    await things.renew(of.root.name);
    await watch.taken();
    return undefined;
  }
  return faultOf(status, code, pointer) ?? (changes.length > 0 ? `refused, but changed: ${changes.join()}` : undefined);
}

function run({ kind }: GraphqlField, query: string, variables: string): Promise<Outcome> {
  return sender.send(kind, query, variables);
}

const isOfWebhooks = ({ root }: GraphqlField): boolean => /webhook|deliver/i.test(root.name);

/** Returns the arguments of a field with which it succeeds. */
function argumentsOf({ field, root }: GraphqlField, wanted?: string): Record<string, unknown> {
  const variant = wanted === undefined ? {} : validInput(`${root.name} ${wanted}`, things.now);
  const valid = Object.keys(variant).length > 0 ? variant : validInput(root.name, things.now);
  const needed = field.args.filter(({ name, type }) => String(type).endsWith('!') || name === 'input' || name in valid);
  return Object.fromEntries(
    needed.map(({ name }) => [
      name,
      name === 'input' ? valid : (valid[name] ?? validName(root.name, name, things.now)),
    ]),
  );
}
