// A reference server without Haven's guarantees: Fastify, a connection pool with prepared statements, rows parsed and
// serialized.
import { randomUUID } from 'node:crypto';

import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';

interface Row {
  id: string;
  version: number;
  data: unknown;
  created_at: Date;
  updated_at: Date;
}

interface Path {
  id: string;
}

interface Paging {
  limit: string;
  filter?: string;
}

interface Input {
  data: object;
}

const pool = new pg.Pool({ max: 10 });

const COLUMNS = 'id, version, data, created_at, updated_at';

async function get(id: string) {
  const { rows } = await pool.query<Row>({
    name: 'get',
    text: `SELECT ${COLUMNS} FROM products WHERE id = $1`,
    values: [id],
  });
  return first(rows);
}

async function list(limit: number, filter?: string) {
  const { rows } = await pool.query<Row>(
    filter === undefined
      ? {
          name: 'list',
          text: `SELECT ${COLUMNS} FROM products ORDER BY created_at DESC, id DESC LIMIT $1`,
          values: [limit + 1],
        }
      : {
          name: 'filter',
          text: `SELECT ${COLUMNS} FROM products WHERE data @> $2 ORDER BY created_at DESC, id DESC LIMIT $1`,
          values: [limit + 1, filter],
        },
  );
  const items = rows.slice(0, limit).map(view);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

async function create(data: object) {
  const { rows } = await pool.query<Row>({
    name: 'create',
    text: `INSERT INTO products (id, version, data, created_at, updated_at)
           VALUES ($1, 1, $2, now(), now()) RETURNING ${COLUMNS}`,
    values: [randomUUID(), data],
  });
  return first(rows);
}

async function patch(id: string, data: object) {
  const { rows } = await pool.query<Row>({
    name: 'patch',
    text: `UPDATE products SET data = jsonb_strip_nulls(data || $2), version = version + 1, updated_at = now()
           WHERE id = $1 RETURNING ${COLUMNS}`,
    values: [id, data],
  });
  return first(rows);
}

function first([row]: Row[]) {
  if (!row) throw new Error('The record does not exist.');
  return view(row);
}

function view({ id, version, data, created_at: createdAt, updated_at: updatedAt }: Row) {
  return { id, collection: 'products', version, data, createdAt, updatedAt };
}

const app = Fastify();
app.addContentTypeParser(
  'application/merge-patch+json',
  { parseAs: 'string' },
  app.getDefaultJsonParser('error', 'error'),
);
app.get('/', async () => 'ok');
const path = '/api/v1/collections/:collection/records';
app.get<{ Params: Path }>(`${path}/:id`, ({ params }) => get(params.id));
app.get<{ Querystring: Paging }>(path, ({ query }) => list(Number(query.limit), query.filter));
app.post<{ Body: Input }>(path, async ({ body }, reply) => {
  reply.code(201);
  return create(body.data);
});
app.patch<{ Params: Path; Body: Input }>(`${path}/:id`, ({ params, body }) => patch(params.id, body.data));

const schema = `
  scalar JSON
  scalar JSONObject
  scalar DateTime
  type Record { id: ID! collection: String! version: Int! data: JSONObject! createdAt: DateTime! updatedAt: DateTime! }
  type Edge { node: Record! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Connection { edges: [Edge!]! pageInfo: PageInfo! }
  type Query {
    record(collection: String!, id: ID!): Record
    records(collection: String!, filter: JSON, first: Int): Connection!
  }
  type Mutation {
    createRecord(collection: String!, data: JSONObject!): Record!
    patchRecord(collection: String!, id: ID!, data: JSONObject!): Record!
  }`;

const resolvers = {
  Query: {
    record: (_: unknown, { id }: Path) => get(id),
    records: async (_: unknown, { first: limit, filter }: { first: number; filter?: object }) => {
      const { items, nextCursor } = await list(limit, filter && JSON.stringify(filter));
      return {
        edges: items.map((node) => ({ node })),
        pageInfo: { hasNextPage: nextCursor !== null, endCursor: nextCursor },
      };
    },
  },
  Mutation: {
    createRecord: (_: unknown, { data }: Input) => create(data),
    patchRecord: (_: unknown, { id, data }: Path & Input) => patch(id, data),
  },
};

app.register(mercurius, { schema, resolvers, jit: 1 });
await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
