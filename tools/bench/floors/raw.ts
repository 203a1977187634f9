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
const {
  rows: [target],
} = await first.query<{ tenant_id: string; id: number }>(
  "SELECT tenant_id, id FROM haven.collections WHERE name = 'products'",
);
const here = [target?.tenant_id, target?.id];
let turn = 0;

const TEXT = `'{"id":"' || id || '","collection":"products","version":' || version || ',"data":' || data || ',"createdAt":' || to_json(created_at) || ',"updatedAt":' || to_json(updated_at) || '}'`;
const WHERE = 'tenant_id = $1 AND collection_id = $2';

async function rows(name: string, text: string, ...values: unknown[]): Promise<string[]> {
  const client = clients[turn++ % clients.length] ?? first;
  const result = await client.query<[string]>({ name, text, values: [...here, ...values], rowMode: 'array' });
  return result.rows.map(([row]) => row);
}

async function list(limit: number, filter?: string): Promise<string> {
  const found =
    filter === undefined
      ? await rows(
          'list',
          `SELECT ${TEXT} FROM haven.records WHERE ${WHERE} AND data IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT $3`,
          limit,
        )
      : await rows(
          'filter',
          `SELECT ${TEXT} FROM haven.records WHERE ${WHERE} AND data IS NOT NULL AND data @> $4 ORDER BY created_at DESC, id DESC LIMIT $3`,
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
  async ({ params }) =>
    (await rows('get', `SELECT ${TEXT} FROM haven.records WHERE ${WHERE} AND id = $3`, params.id))[0],
);
app.get<{ Querystring: Paging }>(path, ({ query }) => list(Number(query.limit), query.filter));
app.post(path, async ({ body }, reply) => {
  reply.code(201);
  const [text] = await rows(
    'create',
    `INSERT INTO haven.records (tenant_id, collection_id, id, version, data, created_at, updated_at)
    VALUES ($1, $2, $3, 1, $4::jsonb -> 'data', now(), now()) RETURNING ${TEXT}`,
    randomUUID(),
    body,
  );
  return text;
});
app.patch<{ Params: Path }>(`${path}/:id`, async ({ params, body }) => {
  const [text] = await rows(
    'patch',
    `UPDATE haven.records SET data = jsonb_strip_nulls(data || ($4::jsonb -> 'data')), version = version + 1, updated_at = now()
    WHERE ${WHERE} AND id = $3 RETURNING ${TEXT}`,
    params.id,
    body,
  );
  return text;
});
await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
