import { randomUUID } from 'node:crypto';

import { UNREACHED } from './bench.ts';
import type { Bench } from './bench.ts';
import type { Contestant } from './compare.ts';
import { document, recordId, RECORDS } from './data.ts';
import type { LoadRequest } from './load.ts';

/** A key of the operator, to be set in the configuration. */
export const OPERATOR_KEY = `hvn_${'0'.repeat(16)}_${'1'.repeat(64)}`;
const DATABASE = 'shipped';
/** Number of suppliers. Their ids are those of the first records. */
const SUPPLIERS = 100;

/** The settings of a collection. */
export type CollectionInput = Partial<{ schema: object; indexes: readonly unknown[] }>;

/** The collection of products as an application declares it. */
export const PRODUCTS = {
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
  const key = await createShop(server.origin, { products: PRODUCTS }, product, RECORDS);
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

/** Returns a product with a supplier. */
export function product(number: number): object {
  return { ...document(number), supplier: recordId(number % SUPPLIERS) };
}

function ownMembers(): string {
  return `"sku":"${randomUUID()}","supplier":"${recordId(Math.floor(Math.random() * SUPPLIERS))}"`;
}

/**
 * Creates suppliers and collections, each with `count` records. Returns a key of a new tenant that has them. If the
 * server needs no key, `key` is empty.
 */
export async function createShop(
  origin: string,
  collections: Readonly<Record<string, CollectionInput>>,
  record: (number: number) => object,
  count: number,
  key?: string,
): Promise<string> {
  const token = key ?? (await createTenant(origin));
  await post(origin, token, '/collections', { name: 'suppliers' });
  await fill(origin, token, 'suppliers', SUPPLIERS, (number) => ({ number }));
  for (const [name, settings] of Object.entries(collections)) {
    await post(origin, token, '/collections', { name, ...settings });
    await fill(origin, token, name, count, record);
  }
  return token;
}

/** Creates a tenant. Returns a key of it. */
async function createTenant(origin: string): Promise<string> {
  const { id } = await post(origin, OPERATOR_KEY, '/tenants', { name: `shop ${randomUUID()}` });
  const scopes = ['records:read', 'records:write', 'collections:write'];
  return (await post(origin, OPERATOR_KEY, '/api-keys', { name: 'shop', scopes, tenant: id })).token;
}

async function fill(
  origin: string,
  key: string,
  collection: string,
  count: number,
  record: (number: number) => object,
): Promise<void> {
  const lines = Array.from({ length: count }, (_, number) =>
    Buffer.from(`${JSON.stringify({ id: recordId(number), data: record(number) })}\n`),
  );
  const path = `/collections/${collection}/import?shape=record`;
  await post(origin, key, path, ReadableStream.from(lines), 'application/x-ndjson');
}

async function post(origin: string, key: string, path: string, body: object, type = 'application/json') {
  const response = await fetch(`${origin}/api/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': type, ...(key !== '' && { authorization: `Bearer ${key}` }) },
    body: body instanceof ReadableStream ? body : JSON.stringify(body),
    duplex: 'half',
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
  return JSON.parse(text) as { id: string; token: string }; // only a created key has a token
}
