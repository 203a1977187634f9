import { Ajv2020 } from 'ajv/dist/2020.js';
import { Pool } from 'undici';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { ChangeWatch } from '../support/inputs/change-watch.js';
import { HEADER_TEXTS, JSON_VALUES, randomStrings, Selection, URL_TEXTS } from '../support/inputs/hostile-values.js';
import type { HostileValue } from '../support/inputs/hostile-values.js';
import { placesOf, restOperations } from '../support/inputs/openapi-inputs.js';
import type { OpenApi, RestOperation, RestPlace } from '../support/inputs/openapi-inputs.js';
import { faultOf } from '../support/inputs/pointerless.js';
import { PreparedThings } from '../support/inputs/prepared-things.js';
import { validInput, validName } from '../support/inputs/valid-inputs.js';

/** Another seed sends other values: `HAVEN_TEST_SEED=7 npm run test:slow -- inputs`. */
const SEED = Number(process.env['HAVEN_TEST_SEED'] ?? 18);
/** Number of values for each place, if not every value is tried. */
const COUNT = 6;
const TIMEOUT_MS = 1_200_000; // for every value, on a machine that is busy with other tests
const selection = new Selection(SEED, inject('extent'));

const MEMBERS = [...JSON_VALUES, ...randomStrings(SEED, 3)];

/** Bodies as a whole. A value in JSON_VALUES that is an object may be a valid body. */
const BODIES: readonly HostileValue[] = [
  ...JSON_VALUES,
  { what: 'nothing', text: '' },
  { what: 'spaces', text: '  ' },
  { what: 'text', text: 'nonsense' },
  { what: 'an open object', text: '{' },
  { what: 'a duplicate member', text: '{"a":1,"a":1}' },
];

const haven = startHaven(['limits.webhooks=10000', 'audit.checkpointInterval=1s']);
const things = new PreparedThings(haven);
const watch = new ChangeWatch(haven);
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });

let client: Pool;
let document: OpenApi;
let operations: RestOperation[];
let tenant: string;

beforeAll(async () => {
  client = new Pool(haven.url, { connections: 8 });
  document = JSON.parse(await (await client.request({ method: 'GET', path: '/openapi/generic.json' })).body.text());
  ajv.addSchema({ $id: 'openapi', components: document.components });
  // Webhooks come last: the active ones that are created would receive every further change.
  operations = restOperations(document).sort((left, right) => Number(isOfWebhooks(left)) - Number(isOfWebhooks(right)));
  await watch.install();
});
afterAll(() => client?.close());

interface Sent {
  status: number;
  code: unknown;
  pointer: unknown;
}

/** The parts of a request. `body` is a text, so that it can contain JSON that no client library sends. */
interface Input {
  path: Record<string, string>;
  query: string;
  headers: Record<string, string>;
  body: string | undefined;
  type: string | undefined;
}

it('succeeds for each operation with a valid input', async () => {
  tenant = haven.tenant;
  await things.prepare();
  const failed: string[] = [];
  for (const operation of operations) {
    const { status, code } = await send(operation, validFor(operation));
    if (status >= 300) failed.push(`${operation.id}: ${status} ${String(code)}`);
    if (operation.method !== 'GET') await things.renew(operation.id);
  }
  expect(failed).toEqual([]);
});

it(
  'accepts a value only if OpenAPI allows it, and otherwise refuses it with a pointer and changes nothing',
  async () => {
    tenant = haven.tenant;
    await things.prepare();
    await watch.taken();
    const failed: string[] = [];
    const tried = new Map<string, number>();
    for (const operation of operations) {
      for (const place of placesOf(operation, document)) {
        const name = `${operation.id} ${place.in} /${place.path.join('/')} ${place.type ?? ''}`.trim();
        const attempt = async (value: HostileValue): Promise<void> => {
          const fault = await faultAt(place, value);
          if (fault) failed.push(`${name} ← ${value.what}: ${fault}`);
        };
        const values = valuesFor(place);
        tried.set(name, values.length);
        if (isRead(operation)) await Promise.all(values.map(attempt));
        else for (const value of values) await attempt(value);
      }
    }
    expect(failed).toEqual([]);
    expect([...tried].filter(([, count]) => count < COUNT)).toEqual([]);
    const requests = [...tried.values()].reduce((sum, count) => sum + count, 0);
    console.log(`REST: ${tried.size} places, ${requests} requests, seed ${SEED}`);
  },
  TIMEOUT_MS,
);

it('refuses a request without a body and media type if OpenAPI requires a body', async () => {
  tenant = haven.tenant;
  await things.prepare();
  const failed: string[] = [];
  for (const operation of operations.filter(({ body }) => body !== undefined)) {
    await watch.taken();
    const { status, code, pointer } = await send(operation, {
      ...validFor(operation),
      body: undefined,
      type: undefined,
    });
    const changes = await watch.taken();
    if (status < 300 && operation.bodyRequired) failed.push(`${operation.id}: accepted with ${status}`);
    if (status < 300) await things.renew(operation.id);
    else if (faultOf(status, code, pointer)) failed.push(`${operation.id}: ${faultOf(status, code, pointer)}`);
    else if (changes.length > 0) failed.push(`${operation.id}: refused, but changed: ${changes.join()}`);
  }
  expect(failed).toEqual([]);
});

async function faultAt(place: RestPlace, value: HostileValue): Promise<string | undefined> {
  const { operation } = place;
  const input = inputWith(place, value);
  const { status, code, pointer } = await send(operation, input);
  const changes = isRead(operation) ? [] : await watch.taken();
  if (status < 300) {
    if (isRead(operation)) return allows(place, value) ? undefined : `accepted with ${status}`;
    await things.renew(operation.id);
    await watch.taken();
    return allows(place, value) ? undefined : `accepted with ${status}`;
  }
  if (status === 304) return undefined;
  return faultOf(status, code, pointer) ?? (changes.length > 0 ? `refused, but changed: ${changes.join()}` : undefined);
}

const isOfWebhooks = ({ path }: RestOperation): boolean => path.includes('/webhooks');

const isRead = ({ method }: RestOperation): boolean => method === 'GET' || method === 'QUERY';

function valuesFor({ in: place, path, schema }: RestPlace): readonly HostileValue[] {
  if (place === 'header') return selection.from(HEADER_TEXTS, place, COUNT);
  if (place === 'body' && path.length === 0) return selection.from(BODIES, 'body', COUNT);
  const kind = `${place} ${JSON.stringify(schema.$ref ?? schema.type)}`;
  return place === 'body' ? selection.from(MEMBERS, `${kind} member`, COUNT) : selection.from(URL_TEXTS, kind, COUNT);
}

function validFor(operation: RestOperation, body: object = validInput(operation.id, things.now)): Input {
  const { path, mediaTypes } = operation;
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const named = names.map((name) => [name, validName(operation.id, name, things.now, path)]);
  const [type] = mediaTypes;
  return {
    path: Object.fromEntries(named),
    query: '',
    headers: {},
    type,
    body: type === undefined ? undefined : JSON.stringify(body),
  };
}

function inputWith({ operation, in: kind, path, type }: RestPlace, { text }: HostileValue): Input {
  const name = String(path.at(-1) ?? '');
  const variant = validInput(`${operation.id} ${name}`, things.now);
  const valid = Object.keys(variant).length > 0 ? variant : validInput(operation.id, things.now);
  const input = validFor(operation, valid);
  if (kind === 'path') input.path[name] = text;
  if (kind === 'query') input.query = `?${name}=${text}`;
  if (kind === 'header') input.headers[name] = text;
  if (kind === 'body') input.body = path.length === 0 ? text : bodyWith(valid, path, text);
  if (kind === 'body' && type !== undefined) input.type = type;
  return input;
}

/** Returns a body in which the member at a path is the given text. Creates the objects that contain the member. */
function bodyWith(valid: object, path: (string | 0)[], text: string): string {
  const body = structuredClone(valid) as Record<string | number, any>;
  let inner = body;
  for (const step of path.slice(0, -1)) inner = inner[step] ??= {};
  inner[path.at(-1) ?? ''] = '@place';
  return JSON.stringify(body).replace('"@place"', () => text);
}

async function send({ method, path }: RestOperation, input: Input): Promise<Sent> {
  const { statusCode, body } = await client.request({
    method: method as 'GET',
    path: path.replace(/\{(\w+)\}/g, (_, name: string) => input.path[name] ?? '') + input.query,
    headers: {
      'x-test-tenant': tenant,
      ...(input.type !== undefined && { 'content-type': input.type }),
      ...input.headers,
    },
    ...(input.body !== undefined && { body: input.body }),
  });
  const text = await body.text();
  const problem = statusCode >= 400 && text.startsWith('{') ? JSON.parse(text) : {};
  return { status: statusCode, code: problem.code, pointer: problem.errors?.[0]?.pointer };
}

/** Whether the declared schema of a place allows a value. Texts in a URL are read as the declared type. */
function allows({ in: kind, path, schema, operation }: RestPlace, { text }: HostileValue): boolean {
  if (kind === 'header') return true;
  if (kind === 'body' && path.length === 0 && !operation.mediaTypes.some((type) => type === 'application/json'))
    return true;
  const value: unknown = kind === 'body' ? JSON.parse(text) : valueOf(decoded(text), schema.type);
  const local = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
  return ajv.validate(local, value);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // not UTF-8
  }
}

function valueOf(text: string, type: unknown): unknown {
  if (type === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text;
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return text;
}
