import { randomUUID } from 'node:crypto';

import { UNREACHED } from './bench.ts';
import type { Bench } from './bench.ts';
import type { Contestant } from './compare.ts';
import { document, recordId, RECORDS } from './data.ts';
import type { LoadRequest } from './load.ts';

const OPERATOR_KEY = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const DATABASE = 'shipped';
const SUPPLIERS = 100;

/** The collection of products as an application declares it. */
const PRODUCTS = {
  name: 'products',
  schema: {
    type: 'object',
    required: ['title', 'sku', 'price'],
    properties: {
      title: { type: 'string', maxLength: 200 },
      sku: { type: 'string' },
      group: { type: 'string' },
      price: { type: 'number', minimum: 0 },
      stock: { type: 'integer' },
      active: { type: 'boolean' },
      tags: { type: 'array', items: { type: 'string' } },
      maker: { type: 'object' },
      note: { type: ['string', 'null'] },
      supplier: { type: 'string', format: 'uuid', 'x-haven-ref': { collection: 'suppliers' } },
    },
  },
  indexes: [{ path: 'sku', unique: true }, 'group', 'price', 'stock', 'maker.address.city'],
};

/**
 * Starts Haven as it ships: with keys, limits (too high to be reached), telemetry, a schema, four declared paths, a
 * unique one and a reference. It has a database of its own, so that its background work costs no other server anything.
 */
export async function startShipped(bench: Bench): Promise<Contestant> {
  const url = await bench.database.another(DATABASE);
  const settings = [`database.url=${url}`, `auth.operatorKey=${OPERATOR_KEY}`, 'rateLimits.concurrentPerTenant=1000'];
  const server = await bench.haven('ships', [...settings, ...UNREACHED]);
  const key = await fill(server.origin);
  await bench.database.settle(DATABASE);
  return {
    server,
    sessions: { database: DATABASE, application: 'haven%' },
    has: () => true,
    adapt: (request) => adapted(request, key),
  };
}

/** Adds the key, and what the schema requires of a created record. */
function adapted({ body, ...request }: LoadRequest, key: string): LoadRequest {
  const headers = { ...request.headers, authorization: `Bearer ${key}` };
  return { ...request, headers, ...(body !== undefined && { body: body.replace(/"sku":"[^"]*"/g, ownMembers) }) };
}

function ownMembers(): string {
  return `"sku":"${randomUUID()}","supplier":"${recordId(Math.floor(Math.random() * SUPPLIERS))}"`;
}

/** Creates a tenant with its collections, unless an earlier run did. Returns a key of it. */
async function fill(origin: string): Promise<string> {
  const send = async (key: string, path: string, body: object, type = 'application/json') => {
    const response = await fetch(`${origin}/api/v1${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body: body instanceof ReadableStream ? body : JSON.stringify(body),
      duplex: 'half',
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return JSON.parse(text) as { id: string; token: string }; // only a created key has a token
  };
  const { id } = await send(OPERATOR_KEY, '/tenants', { name: `shop ${randomUUID()}` });
  const scopes = ['records:read', 'records:write', 'collections:write'];
  const { token } = await send(OPERATOR_KEY, '/api-keys', { name: 'shop', scopes, tenant: id });
  await send(token, '/collections', { name: 'suppliers' });
  await send(token, '/collections', PRODUCTS);
  const lines = (count: number, data: (number: number) => object): ReadableStream =>
    ReadableStream.from(
      Array.from({ length: count }, (_, number) =>
        Buffer.from(`${JSON.stringify({ id: recordId(number), data: data(number) })}\n`),
      ),
    );
  const all = 'import?shape=record';
  const type = 'application/x-ndjson';
  await send(
    token,
    `/collections/suppliers/${all}`,
    lines(SUPPLIERS, (number) => ({ number })),
    type,
  );
  const product = (number: number): object => ({ ...document(number), supplier: recordId(number % SUPPLIERS) });
  await send(token, `/collections/products/${all}`, lines(RECORDS, product), type);
  return token;
}
