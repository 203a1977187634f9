// A reference server that does the minimum: payloads passed through as text, statements pipelined on shared
// connections.
import { randomUUID } from 'node:crypto';

import Fastify from 'fastify';
import pg from 'pg';

interface Path {
  id: string;
}

interface Paging {
  limit: string;
  filter?: string;
}

const first = new pg.Client({ pipeline: true });
const clients = [first, ...Array.from({ length: 3 }, () => new pg.Client({ pipeline: true }))];
await Promise.all(clients.map((client) => client.connect()));
let turn = 0;

const TEXT = `'{"id":"' || id || '","collection":"products","version":' || version || ',"data":' || data || ',"createdAt":' || to_json(created_at) || ',"updatedAt":' || to_json(updated_at) || '}'`;

async function rows(name: string, text: string, ...values: unknown[]): Promise<string[]> {
  const client = clients[turn++ % clients.length] ?? first;
  const result = await client.query<[string]>({ name, text, values, rowMode: 'array' });
  return result.rows.map(([row]) => row);
}

async function list(limit: number, filter?: string): Promise<string> {
  const found =
    filter === undefined
      ? await rows('list', `SELECT ${TEXT} FROM products ORDER BY created_at DESC, id DESC LIMIT $1`, limit)
      : await rows(
          'filter',
          `SELECT ${TEXT} FROM products WHERE data @> $2 ORDER BY created_at DESC, id DESC LIMIT $1`,
          limit,
          filter,
        );
  return `{"items":[${found.join(',')}]}`;
}

const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
app.addHook('onSend', async (_request, reply) => void reply.header('content-type', 'application/json; charset=utf-8'));
app.get('/', async () => 'ok');
const path = '/api/v1/collections/:collection/records';
app.get<{ Params: Path }>(
  `${path}/:id`,
  async ({ params }) => (await rows('get', `SELECT ${TEXT} FROM products WHERE id = $1`, params.id))[0],
);
app.get<{ Querystring: Paging }>(path, ({ query }) => list(Number(query.limit), query.filter));
app.post(path, async ({ body }, reply) => {
  reply.code(201);
  const [text] = await rows(
    'create',
    `INSERT INTO products (id, version, data, created_at, updated_at)
    VALUES ($1, 1, $2::jsonb -> 'data', now(), now()) RETURNING ${TEXT}`,
    randomUUID(),
    body,
  );
  return text;
});
app.patch<{ Params: Path }>(`${path}/:id`, async ({ params, body }) => {
  const [text] = await rows(
    'patch',
    `UPDATE products SET data = jsonb_strip_nulls(data || ($2::jsonb -> 'data')), version = version + 1, updated_at = now()
    WHERE id = $1 RETURNING ${TEXT}`,
    params.id,
    body,
  );
  return text;
});
await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
