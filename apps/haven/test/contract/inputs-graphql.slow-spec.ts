import { buildClientSchema, getIntrospectionQuery } from 'graphql';
import type { GraphQLSchema } from 'graphql';
import { Pool } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { ChangeWatch } from '../support/inputs/change-watch.js';
import { JSON_VALUES, LITERALS, randomStrings, Selection } from '../support/inputs/hostile-values.js';
import type { HostileValue } from '../support/inputs/hostile-values.js';
import { faultOf } from '../support/inputs/pointerless.js';
import { PreparedThings } from '../support/inputs/prepared-things.js';
import { graphqlFields, placesOf, selectionOf } from '../support/inputs/sdl-inputs.js';
import type { GraphqlField, GraphqlPlace } from '../support/inputs/sdl-inputs.js';
import { SubscriptionProbe } from '../support/inputs/subscription-probe.js';
import { validInput, validName } from '../support/inputs/valid-inputs.js';

/** Another seed sends other strings: `HAVEN_TEST_SEED=7 npm run test:slow -- inputs`. */
const SEED = Number(process.env['HAVEN_TEST_SEED'] ?? 18);
const RANDOM = randomStrings(SEED, 3);
const MIN_VALUES = 8;
const TIMEOUT_MS = 240_000; // for a machine that is busy with other tests
const selection = new Selection(SEED);

const haven = startHaven(['limits.webhooks=10000', 'audit.checkpointInterval=1s']);
const things = new PreparedThings(haven);
const watch = new ChangeWatch(haven);
const probes: SubscriptionProbe[] = [];

let client: Pool;
let schema: GraphQLSchema;
let fields: GraphqlField[];

beforeAll(async () => {
  client = new Pool(haven.url, { connections: 8 });
  const { body } = await haven.graphql(getIntrospectionQuery(), {}, { 'x-test-tenant': 'introspection' });
  schema = buildClientSchema(body.data);
  // Webhooks come last: the active ones that are created would receive every further change.
  fields = graphqlFields(schema).sort((left, right) => Number(isOfWebhooks(left)) - Number(isOfWebhooks(right)));
  await watch.install();
});
afterAll(async () => {
  probes.forEach((probe) => probe.close());
  await client?.close();
});

/** The first error of a response, or that there is none. */
interface Outcome {
  status: number;
  code?: string;
  pointer?: unknown;
}

it('succeeds for each field with valid arguments', async () => {
  await things.prepare();
  const failed: string[] = [];
  for (const of of fields) {
    const { code } = await run(of, documentOf(of, argumentsOf(of), ''), '{}');
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
        const literals = selection.from(LITERALS).map((value) => literalAt(place, value));
        const variables = selection
          .from([...JSON_VALUES, ...RANDOM])
          .slice(-MIN_VALUES)
          .map((value) => variableAt(place, value));
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
    expect([...tried].filter(([, count]) => count < MIN_VALUES)).toEqual([]);
    console.log(
      `GraphQL: ${tried.size} places, ${[...tried.values()].reduce((sum, count) => sum + count, 0)} requests`,
    );
  },
  TIMEOUT_MS,
);

/** A request with a value in one place. The document is printed when it is sent, because valid arguments change. */
interface Attempt {
  what: string;
  document: () => string;
  variables: string;
}

function literalAt(place: GraphqlPlace, { what, text }: HostileValue): Attempt {
  return {
    what: `literal, ${what}`,
    document: () => documentOf(place.of, withPlace(place, text), ''),
    variables: '{}',
  };
}

function variableAt(place: GraphqlPlace, { what, text }: HostileValue): Attempt {
  const document = () => documentOf(place.of, withPlace(place, '$value'), `($value: ${String(place.type)})`);
  return { what: `variable, ${what}`, document, variables: `{"value":${text}}` };
}

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

async function run({ kind }: GraphqlField, query: string, variables: string): Promise<Outcome> {
  if (kind === 'subscription') return begin(query, variables);
  const { statusCode, body } = await client.request({
    method: 'POST',
    path: '/graphql',
    headers: { 'x-test-tenant': haven.tenant, 'content-type': 'application/json' },
    body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
  });
  const { errors } = JSON.parse(await body.text());
  return outcomeOf(statusCode, errors?.[0]);
}

async function begin(query: string, variables: string): Promise<Outcome> {
  const probe = probes[0] ?? new SubscriptionProbe(haven.url, { 'x-test-tenant': haven.tenant });
  if (probes.length === 0) probes.push(probe);
  const { type, payload, code } = await probe.begin(query, variables);
  // The protocol closes the connection after a message that is not JSON, or not exact; the reason is its only detail.
  if (type === 'closed') return code === 4400 ? { status: 422, code: 'JSON_NOT_EXACT', pointer: '' } : { status: 500 };
  return outcomeOf(200, type === 'error' ? payload[0] : payload?.errors?.[0]);
}

function outcomeOf(status: number, error: any): Outcome {
  if (!error) return { status, ...(status >= 400 && { code: `no error with status ${status}` }) };
  const { code, status: own, errors } = error.extensions ?? {};
  return { status: own ?? status, code: code ?? 'none', pointer: errors?.[0]?.pointer ?? locationOf(code, error) };
}

/** A document that is not valid is refused with the location instead of a pointer. */
function locationOf(code: unknown, { locations, message }: any): string | undefined {
  const isOfDocument = code === 'MALFORMED_GRAPHQL' || code === 'GRAPHQL_LIMIT_EXCEEDED';
  return isOfDocument && (locations || message) ? 'location' : undefined;
}

const isOfWebhooks = ({ root }: GraphqlField): boolean => /webhook|deliver/i.test(root.name);

const nameOf = ({ root, field }: GraphqlField): string =>
  root === field ? root.name : `${root.name} { ${field.name} }`;

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

/** Returns arguments with a literal in one place. Creates the objects that contain it. */
function withPlace({ of, path }: GraphqlPlace, text: string): Record<string, unknown> {
  const given = argumentsOf(of, String(path.at(-1)));
  let inner: Record<string | number, any> = given;
  for (const step of path.slice(0, -1)) inner = inner[step] ??= {};
  inner[path.at(-1) ?? ''] = new Literal(text);
  return given;
}

/** A part of a document as it is sent. */
class Literal {
  constructor(readonly text: string) {}
}

function documentOf({ kind, root, field }: GraphqlField, given: Record<string, unknown>, variables: string): string {
  const called = `${field.name}${printed(given)}${selectionOf(field)}`;
  if (root === field) return `${kind}${variables} { ${called} }`;
  const parent = printed(argumentsOf({ kind, root, field: root }));
  return `${kind}${variables} { ${root.name}${parent} { ${called} } }`;
}

function printed(given: Record<string, unknown>): string {
  const list = Object.entries(given).map(([name, value]) => `${name}: ${literal(value)}`);
  return list.length > 0 ? `(${list.join(', ')})` : '';
}

function literal(value: unknown): string {
  if (value instanceof Literal) return value.text;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, member]) => `${name}: ${literal(member)}`)
    .join(', ')}}`;
}
