import { readFile } from 'node:fs/promises';

import { buildSchema } from 'graphql';
import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { preparedWebhook } from '../support/parity-webhooks.js';

const haven = startHaven();

/**
 * Prepares items of a list. Returns the connection with its other arguments, and `PAGE` in place of those of the page,
 * and the field that contains the connection, if there is one.
 */
type Connection = () => Promise<[field: string, parent?: string]>;

const inFilms = async (method: string, path: string, body: object) =>
  (await haven.rest(method, `/collections/films/records${path}`, body)).body.id as string;

async function threeVersions(): Promise<string> {
  const id = await inFilms('POST', '', { data: { n: 1 } });
  for (const n of [2, 3]) await inFilms('PATCH', `/${id}`, { data: { n } });
  return id;
}

/** Every connection of the schema. */
const CONNECTIONS: Record<string, Connection> = {
  'Query.collections': async () => {
    for (const name of ['books', 'a-b', 'a_b']) await haven.rest('POST', '/collections', { name });
    return ['collections(PAGE)'];
  },
  'Query.records': async () => {
    for (const n of [1, 2, 3]) await inFilms('POST', '', { data: { n } });
    return ['records(collection: "films", PAGE)'];
  },
  'Query.recordHistory': async () => [`recordHistory(collection: "films", id: "${await threeVersions()}", PAGE)`],
  'Record.history': async () => ['history(PAGE)', `record(collection: "films", id: "${await threeVersions()}")`],
  'Query.apiKeys': async () => {
    for (const name of ['a', 'b', 'c']) await haven.rest('POST', '/api-keys', { name, scopes: ['records:read'] });
    return ['apiKeys(PAGE)'];
  },
  'Query.tenants': async () => {
    for (const name of ['a', 'b', 'c']) await haven.rest('POST', '/tenants', { name: `${name} ${haven.tenant}` });
    return ['tenants(PAGE)'];
  },
  'Query.webhooks': async () => {
    for (let n = 0; n < 3; n++) await preparedWebhook(haven);
    return ['webhooks(PAGE)'];
  },
  'Query.deliveries': async () => {
    const [hook] = await preparedWebhook(haven);
    return [`deliveries(webhook: "${hook}", PAGE)`];
  },
  'Query.auditCheckpoints': async () => {
    for (const number of [1, 2, 3])
      await haven.sql(
        `INSERT INTO haven.checkpoints (tenant_id, number, first_seq, last_seq, root, hash, at)
         VALUES ($1, $2, $2, $2, '\\x00', '\\x00', now())`,
        [haven.tenant, number],
      );
    return ['auditCheckpoints(PAGE)'];
  },
};

interface Page {
  cursors: string[];
  hasNextPage: boolean;
  hasPreviousPage: boolean;
}

const SELECTION = '{ edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';

/** Requests pages of a connection, all in one document. */
async function read([field, parent]: [string, string?], ...pages: string[]): Promise<{ found: Page[]; errors: any[] }> {
  const fields = pages.map((page, n) => `p${n}: ${field.replace('PAGE', page)} ${SELECTION}`).join(' ');
  const { body } = await haven.graphql(parent === undefined ? `{ ${fields} }` : `{ parent: ${parent} { ${fields} } }`);
  const values = Object.values<any>(body.data?.parent ?? body.data ?? {}).filter((value) => value !== null);
  const found = values.map(({ edges, pageInfo: { startCursor, endCursor, ...more } }) => {
    const cursors = edges.map(({ cursor }: { cursor: string }) => cursor);
    expect([startCursor, endCursor]).toEqual([cursors[0] ?? null, cursors.at(-1) ?? null]);
    return { cursors, ...more } as Page;
  });
  return { found, errors: body.errors ?? [] };
}

it('has a row for every connection of the schema', async () => {
  const schema = buildSchema(await readFile('docs/schema.graphql', 'utf8'));
  const found = Object.values(schema.getTypeMap()).flatMap((type) =>
    'getFields' in type && !type.name.startsWith('__')
      ? Object.values(type.getFields())
          .filter((field) => /Connection!?$/.test(String(field.type)))
          .map((field) => `${type.name}.${field.name}`)
      : [],
  );
  expect(Object.keys(CONNECTIONS).sort()).toEqual(found.sort());
});

describe.each(Object.entries(CONNECTIONS))('the connection %s', (_name, prepare) => {
  beforeEach(async () => {
    await haven.rest('POST', '/collections', { name: 'films' });
  });

  it('has pages from both ends, and between any two cursors', async () => {
    const connection = await prepare();
    const all = (await read(connection, 'first: 100')).found[0]?.cursors ?? [];
    const size = all.length;
    expect(size).toBeGreaterThan(1);
    expect(new Set(all).size).toBe(size);
    const [first, last] = [all[0], all.at(-1)];
    const pages: [string, string[], boolean | undefined, boolean | undefined][] = [
      ['first: 1', all.slice(0, 1), true, false],
      ['last: 1', all.slice(-1), false, true],
      ['last: 2', all.slice(-2), false, size > 2],
      ['last: 100', all, false, false],
      ['first: 0', [], true, false],
      ['last: 0', [], false, true],
      [`first: 1, after: "${first}"`, all.slice(1, 2), size > 2, true],
      [`last: 1, before: "${last}"`, all.slice(-2, -1), true, size > 2],
      [`first: 100, before: "${last}"`, all.slice(0, -1), true, false],
      [`last: 100, after: "${first}"`, all.slice(1), false, true],
      [`first: 100, after: "${first}", before: "${last}"`, all.slice(1, -1), undefined, true],
      [`last: 100, after: "${first}", before: "${last}"`, all.slice(1, -1), undefined, undefined],
      [`last: 1, before: "${first}"`, [], undefined, false],
      [`first: 1, after: "${last}"`, [], false, undefined],
    ];
    const { found, errors } = await read(connection, ...pages.map(([page]) => page));
    expect(errors).toEqual([]);
    expect(found).toHaveLength(pages.length);
    for (const [index, [page, cursors, next, previous]] of pages.entries()) {
      const one = found[index];
      expect({ page, cursors: one?.cursors }).toEqual({ page, cursors });
      if (next !== undefined) expect([page, one?.hasNextPage]).toEqual([page, next]);
      if (previous !== undefined) expect([page, one?.hasPreviousPage]).toEqual([page, previous]);
    }
    for (const page of ['first: -1', 'last: -1', 'first: 501', 'last: 501', 'first: 1, last: 1'])
      expect((await read(connection, page)).errors, page).toMatchObject([{ extensions: { status: 422 } }]);
  });
});

it('the last versions of a history contain their patches, from either end', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const id = await threeVersions();
  const versions = async (page: string) => {
    const { body } = await haven.graphql(
      `{ recordHistory(collection: "films", id: "${id}", ${page}) { edges { cursor node { version patch } } } }`,
    );
    return body.data.recordHistory.edges as { cursor: string; node: { version: number; patch: object[] | null } }[];
  };
  const all = await versions('first: 3');
  expect(all.map(({ node }) => [node.version, node.patch?.length])).toEqual([
    [3, 1],
    [2, 1],
    [1, undefined],
  ]);
  expect(await versions(`last: 2, before: "${all[2]?.cursor}"`)).toEqual(all.slice(0, 2));
  expect(await versions('last: 2')).toEqual(all.slice(1));
});

it('REST leads back to the first page of every list', async () => {
  await haven.rest('POST', '/collections', { name: 'films' });
  const id = await threeVersions();
  for (const name of ['books', 'cars']) await haven.rest('POST', '/collections', { name });
  for (const path of ['/collections', `/collections/films/records/${id}/history`]) {
    const one = (await haven.rest('GET', `${path}?limit=1`)).body;
    const two = (await haven.rest('GET', `${path}?limit=1&after=${one.nextCursor}`)).body;
    const back = (await haven.rest('GET', `${path}?limit=1&before=${two.previousCursor}`)).body;
    expect(back.items).toEqual(one.items);
  }
});
