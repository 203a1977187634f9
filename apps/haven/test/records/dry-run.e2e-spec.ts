import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { buildSchema } from 'graphql';
import { beforeEach, describe, expect, it, vi } from 'vitest';

import { secondHaven, startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { parseExposition } from '../support/prometheus.js';

const haven = startHaven(['audit.checkpointInterval=24h', 'metrics.enabled=true', 'dryRun.timeout=1m']);
const NDJSON = { 'content-type': 'application/x-ndjson' };
const JSON_PATCH = { 'content-type': 'application/json-patch+json' };
const FILMS = '/collections/films/records';
const CHANGE = { collection: 'films', cause: null };

/** Ids of the records that the tests prepare: a film, a deleted one, and a person who directed the film. */
interface Known {
  film: string;
  deleted: string;
  person: string;
}

let known: Known;

const post = (path: string, body: object) => haven.rest('POST', path, body);
const patchOf = async (response: Promise<ApiResponse>): Promise<unknown> => (await response).body.dryRun.changes;

beforeEach(async () => {
  const director = { type: 'string', 'x-haven-ref': { collection: 'people', onDelete: 'cascade' } };
  await post('/collections', { name: 'people' });
  await post('/collections', {
    name: 'films',
    indexes: [{ path: 'code', unique: true }, 'year'],
    schema: { type: 'object', properties: { director, year: { type: 'integer' } } },
  });
  const create = async (collection: string, data: object): Promise<string> =>
    (await post(`/collections/${collection}/records`, { data })).body.id;
  const person = await create('people', { name: 'Ridley' });
  known = {
    person,
    film: await create('films', { code: 'a', year: 1979, director: person }),
    deleted: await create('films', { code: 'b' }),
  };
  await haven.rest('DELETE', `${FILMS}/${known.deleted}`);
});

describe('a dry run changes no table', () => {
  const graphql =
    (mutation: string, select = '') =>
    ({ film, deleted, person }: Known) =>
      haven.graphql(
        `mutation { ${mutation.replace('(', '(dryRun: true, ')} ${select} }`
          .replaceAll('$FILM', `"${film}"`)
          .replaceAll('$DELETED', `"${deleted}"`)
          .replaceAll('$PERSON', `"${person}"`),
      );
  const rest =
    (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    ({ film, deleted, person }: Known) => {
      const url = path.replace('$FILM', film).replace('$DELETED', deleted).replace('$PERSON', person);
      return haven.rest(method, `${url}${url.includes('?') ? '&' : '?'}dryRun=true`, body, headers);
    };
  const operations: Record<string, (known: Known) => Promise<ApiResponse>> = {
    'POST record': rest('POST', FILMS, { data: { code: 'c', year: 1 } }),
    'PUT record': rest('PUT', `${FILMS}/$FILM`, { data: { code: 'c', year: 2 } }),
    'PUT new record': rest('PUT', `${FILMS}/${randomUUID()}`, { data: { code: 'd' } }),
    'PATCH record': rest('PATCH', `${FILMS}/$FILM`, { data: { year: 1980 } }),
    'PATCH record, JSON Patch': rest('PATCH', `${FILMS}/$FILM`, [{ op: 'remove', path: '/data/year' }], JSON_PATCH),
    'DELETE record': rest('DELETE', `${FILMS}/$FILM`),
    'DELETE record, cascade': rest('DELETE', '/collections/people/records/$PERSON'),
    'POST restore': rest('POST', `${FILMS}/$DELETED/restore`, { version: 1 }),
    'POST erase': rest('POST', `${FILMS}/$FILM/erase`),
    'PUT by key': rest('PUT', `${FILMS}/by/code/z`, { data: { year: 3 } }),
    'PATCH by key': rest('PATCH', `${FILMS}/by/code/a`, { data: { year: 4 } }),
    'DELETE by key': rest('DELETE', `${FILMS}/by/code/a`),
    'POST batch': ({ film }) =>
      post('/batch?dryRun=true', {
        operations: [
          { op: 'create', collection: 'films', data: { code: 'e' } },
          { op: 'patch', collection: 'films', id: film, data: { year: 5 } },
        ],
      }),
    'POST import': rest('POST', '/collections/films/import', '{"code":"f"}\n{"year":"x"}\n{"code":"a"}\n', NDJSON),
    'POST import, atomic': rest('POST', '/collections/films/import?atomic=true', '{"code":"g"}\n', NDJSON),
    'POST import, upsertBy': rest('POST', '/collections/films/import?upsertBy=code', '{"code":"a","year":6}\n', NDJSON),
    'POST import, CSV': rest('POST', '/collections/films/import', 'code,year\nh,1\n', { 'content-type': 'text/csv' }),
    'POST update': rest('POST', '/collections/films/update', { filter: {}, data: { year: 7 } }),
    'POST delete': rest('POST', '/collections/films/delete', { filter: {} }),
    'POST collection': rest('POST', '/collections', { name: 'shows', indexes: ['n'] }),
    'DELETE collection': rest('DELETE', '/collections/films?cascade=true'),
    createRecord: graphql('createRecord(collection: "films", data: { year: 1 })', '{ id }'),
    replaceRecord: graphql('replaceRecord(collection: "films", id: $FILM, data: { year: 1 })', '{ id }'),
    patchRecord: graphql('patchRecord(collection: "films", id: $FILM, data: { year: 1 })', '{ id }'),
    jsonPatchRecord: graphql('jsonPatchRecord(collection: "films", id: $FILM, operations: [])', '{ id }'),
    deleteRecord: graphql('deleteRecord(collection: "people", id: $PERSON)'),
    restoreRecord: graphql('restoreRecord(collection: "films", id: $DELETED, version: 1)', '{ id }'),
    eraseRecord: graphql('eraseRecord(collection: "films", id: $FILM)'),
    upsertRecord: graphql('upsertRecord(collection: "films", index: "code", value: "y", data: {})', '{ id }'),
    patchRecordBy: graphql('patchRecordBy(collection: "films", index: "code", value: "a", data: {})', '{ id }'),
    jsonPatchRecordBy: graphql(
      'jsonPatchRecordBy(collection: "films", index: "code", value: "a", operations: [])',
      '{ id }',
    ),
    deleteRecordBy: graphql('deleteRecordBy(collection: "films", index: "code", value: "a")'),
    batch: graphql('batch(operations: [{ op: "delete", collection: "films", id: $FILM }])', '{ results { status } }'),
    updateRecords: graphql('updateRecords(collection: "films", filter: {}, data: { year: 1 })', '{ changed }'),
    deleteRecords: graphql('deleteRecords(collection: "films", filter: {})', '{ changed }'),
    createCollection: graphql('createCollection(input: { name: "shows" })', '{ name }'),
    deleteCollection: graphql('deleteCollection(name: "films", cascade: true)'),
  };

  it('by any operation that allows it, in either API', async () => {
    await untilAllAreInTheFeed();
    const before = await checksums();
    for (const [name, attempt] of Object.entries(operations)) {
      const { status, body } = await attempt(known);
      expect([name, status, body.errors]).toEqual([name, 200, name.includes('import') ? expect.anything() : undefined]);
      expect(body.dryRun ?? Object.values(body.extensions.dryRun)[0], name).toMatchObject({
        changes: expect.any(Array),
      });
      expect(await checksums(), name).toEqual(before);
    }
  });

  it('and the operations above are all that allow it', async () => {
    const { paths } = (await haven.rest('GET', '//openapi/generic.json')).body;
    const rests = Object.values<any>(paths)
      .flatMap((item) => Object.values<any>(item))
      .filter(allowsDryRun);
    const schema = buildSchema(await readFile('docs/schema.graphql', 'utf8'));
    const mutations = schema.getMutationType()?.toConfig().fields ?? {};
    const fields = Object.entries(mutations).flatMap(([name, { args = {} }]) => ('dryRun' in args ? [name] : []));
    const tried = Object.keys(operations).filter((name) => /^\w+$/.test(name));
    // Changes of collections have a dry run of their own, with another response.
    expect(fields.toSorted()).toEqual([...tried, 'replaceCollection', 'updateCollection'].toSorted());
    const onlyRest = ['importRecords'];
    const onlyGraphql = ['jsonPatchRecord', 'jsonPatchRecordBy'];
    expect([...rests.map(({ operationId }: any) => operationId), ...onlyGraphql].toSorted()).toEqual(
      [...fields, ...onlyRest].toSorted(),
    );
  });

  const allowsDryRun = ({ parameters = [] }: any): boolean => parameters.some(({ name }: any) => name === 'dryRun');
});

describe('the response', () => {
  it('is that of the real request with status 200, without its headers, and with the changes', async () => {
    const created = await haven.rest('POST', `${FILMS}?dryRun=true`, { data: { year: 1 } });
    expect([created.status, created.headers.get('location'), created.headers.get('etag')]).toEqual([200, null, null]);
    const { id } = created.body;
    expect(created.body).toMatchObject({ collection: 'films', version: 1, data: { year: 1 } });
    expect(created.body.dryRun).toEqual({
      changes: [
        {
          ...CHANGE,
          id,
          type: 'record.created',
          version: 1,
          patch: [{ op: 'add', path: '/data', value: { year: 1 } }],
        },
      ],
      count: 1,
      predicted: ['/id', '/version', '/createdAt', '/updatedAt'],
    });
    const deleted = await haven.rest('DELETE', `${FILMS}/${known.film}?dryRun=true`);
    const change = { ...CHANGE, id: known.film, type: 'record.deleted', version: 2 };
    const patch = [{ op: 'remove', path: '/data' }];
    expect(deleted.body).toEqual({ dryRun: { changes: [{ ...change, patch }], count: 1, predicted: [] } });
  });

  it('marks an id as predicted only if the request does not name it', async () => {
    const predicted = async (method: string, path: string, body: object): Promise<string[]> =>
      (await haven.rest(method, `${path}?dryRun=true`, body)).body.dryRun.predicted;
    const times = ['/version', '/createdAt', '/updatedAt'];
    expect(await predicted('POST', FILMS, { id: randomUUID().toUpperCase(), data: {} })).toEqual(times);
    expect(await predicted('PUT', `${FILMS}/${randomUUID()}`, { data: {} })).toEqual(times);
    expect(await predicted('PUT', `${FILMS}/by/code/new`, { data: {} })).toEqual(['/id', ...times]);
    expect(await predicted('PATCH', `${FILMS}/${known.film}`, { data: {} })).toEqual(['/version', '/updatedAt']);
    const operations = [
      { op: 'create', collection: 'films', data: { id: { version: 1 } } },
      { op: 'create', collection: 'films', id: randomUUID(), data: {} },
      { op: 'delete', collection: 'films', id: known.film },
    ];
    expect(await predicted('POST', '/batch', { operations })).toEqual([
      '/results/0/version',
      ...['/id', ...times].map((pointer) => `/results/0/record${pointer}`),
      '/results/1/version',
      ...times.map((pointer) => `/results/1/record${pointer}`),
      '/results/2/version',
    ]);
  });

  it('marks ids and times that a document has by default as predicted', async () => {
    const properties = {
      at: { type: 'string', 'x-haven-default': '$now' },
      in: { properties: { key: { type: 'string', 'x-haven-default': '$uuid' } } },
      by: { type: 'string', 'x-haven-default': '$principal' },
    };
    await post('/collections', { name: 'notes', schema: { type: 'object', properties } });
    const { body } = await post('/collections/notes/records?dryRun=true', { data: { in: {} } });
    expect(body.dryRun.predicted.slice(4).toSorted()).toEqual(['/data/at', '/data/in/key']);
    expect(body.dryRun.changes[0].patch).toEqual([{ op: 'add', path: '/data', value: body.data }]);
    expect(body.data.at).toBe(body.updatedAt);
  });

  it('has the changes that references cause, with their cause', async () => {
    const changes = await patchOf(haven.rest('DELETE', `/collections/people/records/${known.person}?dryRun=true`));
    expect(changes).toMatchObject([
      { collection: 'people', id: known.person, type: 'record.deleted', cause: null },
      { collection: 'films', id: known.film, type: 'record.deleted', cause: known.person },
    ]);
  });

  it('has each change of a record in a batch, from the version before', async () => {
    const operations = [
      { op: 'create', collection: 'films', label: 'new', data: { year: 1 } },
      { op: 'patch', collection: 'films', id: { $ref: 'new' }, data: { year: 2 } },
    ];
    expect(await patchOf(post('/batch?dryRun=true', { operations }))).toMatchObject([
      { type: 'record.created', version: 1, patch: [{ op: 'add', path: '/data' }] },
      { type: 'record.updated', version: 2, patch: [{ op: 'replace', path: '/data/year', value: 2 }] },
    ]);
  });

  it('lists at most 1,000 changes, and counts all', async () => {
    const lines = Array.from({ length: 1_100 }, (_, year) => `${JSON.stringify({ year })}\n`).join('');
    const { body } = await haven.rest('POST', '/collections/films/import?dryRun=true', lines, NDJSON);
    expect(body).toMatchObject({ imported: 1_100, created: 1_100, dryRun: { count: 1_100 } });
    expect(body.dryRun.changes).toHaveLength(1_000);
    expect(body.dryRun.changes[999].patch).toEqual([{ op: 'add', path: '/data', value: { year: 999 } }]);
  });

  it('has the changes of an import of records that exist, and its refused lines', async () => {
    const lines = [
      { id: known.film, data: { code: 'a', year: 2 } },
      { id: known.film, data: { code: 'a', year: 3 } },
      { id: known.deleted, data: { code: 'a' } },
    ];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const path = '/collections/films/import?shape=record&dryRun=true';
    const { body } = await haven.rest('POST', path, text, NDJSON);
    expect(body).toMatchObject({ imported: 1, updated: 1, failed: 1, errors: [{ line: 3, code: 'UNIQUE_VIOLATION' }] });
    expect(body.dryRun.changes).toMatchObject([{ id: known.film, version: 2, type: 'record.updated' }]);
    const real = await haven.rest('POST', path.replace('&dryRun=true', ''), text, NDJSON);
    const { dryRun: _, ...report } = body;
    expect(real.body).toEqual(report);
  });

  it('has the report of each field in GraphQL, beside real mutations', async () => {
    const { body } = await haven.graphql(`mutation {
      one: createRecord(collection: "films", data: { year: 1 }, dryRun: true) { id }
      two: createRecord(collection: "films", data: { year: 2 }, dryRun: false) { id }
      three: deleteRecord(collection: "films", id: "${known.film}", dryRun: true)
    }`);
    expect(Object.keys(body.extensions.dryRun)).toEqual(['one', 'three']);
    expect(body.extensions.dryRun.one.changes).toMatchObject([{ id: body.data.one.id }]);
    const { items } = (await haven.rest('GET', FILMS)).body;
    expect(items.map(({ id }: any) => id)).toEqual([body.data.two.id, known.film]);
  });
});

describe('a request that would fail', () => {
  it('fails with the same problem, in a batch with the errors of all operations', async () => {
    const operations = [
      { op: 'create', collection: 'films', data: { year: 'x' } },
      { op: 'patch', collection: 'films', id: known.film, data: { year: 'x' }, expectedVersion: 1 },
      { op: 'create', collection: 'films', data: { year: 1 } },
      { op: 'delete', collection: 'films', id: known.deleted },
    ];
    const real = await post('/batch', { operations });
    const dry = await post('/batch?dryRun=true', { operations });
    const graphql = await haven.graphql(
      'mutation($o: [BatchOperation!]!) { batch(operations: $o, dryRun: true) { results { status } } }',
      { o: operations },
    );
    const { errors: first, ...problem } = real.body;
    const { errors: all, ...same } = dry.body;
    expect({ ...same, traceId: '' }).toEqual({ ...problem, traceId: '' });
    expect(all.slice(0, first.length)).toEqual(first);
    expect(all.map(({ code, pointer }: any) => [code, pointer])).toEqual([
      ['TYPE', '/operations/0/data/year'],
      ['TYPE', '/operations/1/data/year'],
      ['NOT_FOUND', '/operations/3'],
    ]);
    expect(graphql.body.errors[0].extensions).toMatchObject({ code: problem.code, index: 0, errors: all });
    const refused = async (...list: object[]): Promise<unknown> =>
      (await post('/batch?dryRun=true', { operations: list })).body.errors.map(({ code, pointer }: any) => [
        code,
        pointer,
      ]);
    const create = (data: object) => ({ op: 'create', collection: 'films', data });
    expect(await refused(create({ code: 'a' }), create({ code: 'new' }), create({ code: 'new' }))).toEqual([
      ['UNIQUE_VIOLATION', '/operations/0/data/code'],
      ['UNIQUE_VIOLATION', '/operations/2/data/code'],
    ]);
    expect(await refused(create({ director: randomUUID() }), create({}), create({ director: known.film }))).toEqual([
      ['REFERENCE_BROKEN', '/operations/0/data/director'],
      ['REFERENCE_BROKEN', '/operations/2/data/director'],
    ]);
    const malformed = [{ op: 'create' }, { op: 'fly', collection: 'films' }];
    const { errors } = (await post('/batch?dryRun=true', { operations: malformed })).body;
    expect(errors.map(({ pointer }: any) => pointer)).toEqual(['/operations/0/collection', '/operations/1/op']);
  });

  it.each(['maybe', '', '1', 'true&dryRun=false'])('fails if dryRun is "%s", and changes nothing', async (value) => {
    const { status, body } = await haven.rest('DELETE', `${FILMS}/${known.film}?dryRun=${value}`);
    expect([status, body.code, body.errors?.[0].pointer]).toEqual([422, 'VALIDATION_FAILED', '/dryRun']);
    expect((await haven.rest('GET', `${FILMS}/${known.film}`)).status).toBe(200);
  });

  it('fails if the operation has no dry run', async () => {
    for (const [method, path, body] of [
      ['GET', FILMS],
      ['POST', '/collections/films/query', {}],
      ['POST', '/webhooks', { url: 'http://127.0.0.1:1/' }],
    ] as const) {
      const response = await haven.rest(method, `${path}?dryRun=true`, body);
      expect([response.status, response.body.errors?.[0].pointer], path).toEqual([422, '/dryRun']);
    }
  });
});

describe('outside the database, a dry run', () => {
  it('uses and stores no idempotency key', async () => {
    const key = { 'idempotency-key': 'once' };
    const create = (query: string) => haven.rest('POST', `${FILMS}${query}`, { data: { code: 'once' } }, key);
    expect((await create('?dryRun=true')).status).toBe(200);
    const real = await create('');
    expect([real.status, real.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect((await create('?dryRun=true')).body.code).toBe('UNIQUE_VIOLATION'); // it is not a replay
    expect((await create('')).headers.get('idempotency-replayed')).toBe('true');
    const text = `mutation { createRecord(collection: "films", data: {}, dryRun: true) { id } }`;
    const ids = await Promise.all(
      [1, 2].map(async () => (await haven.graphql(text, {}, key)).body.data.createRecord.id),
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('leaves caches and counters as they are', async () => {
    await haven.rest('PATCH', '/collections/films', { cache: { maxAge: '60s' } });
    const path = `${FILMS}/${known.film}`;
    const data = async () => (await haven.rest('GET', path)).body.data;
    const before = await data();
    const counted = await counters();
    await haven.rest('PATCH', `${path}?dryRun=true`, { data: { year: 2000 } });
    await haven.rest('POST', `${path}/erase?dryRun=true`);
    await haven.rest('DELETE', '/collections/films?cascade=true&dryRun=true');
    await haven.rest('POST', '/collections/films/import?dryRun=true', '{}\n', NDJSON);
    expect(await data()).toEqual(before);
    expect((await haven.rest('POST', FILMS, { data: {} })).status).toBe(201);
    expect(await counters()).toEqual({ ...counted, appended: counted.appended + 1 });
  });

  it('is counted in the rate limits like the real request', async () => {
    const operations = [1, 2, 3].map((year) => ({ op: 'create', collection: 'films', data: { year } }));
    const send = async (path: string, body: object): Promise<number> => {
      const { status, headers } = await post(path, body);
      expect(status).toBe(200);
      return Number(/"tenant";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1]);
    };
    const left = await send('/collections/films/query', {});
    const afterDryRun = await send('/batch?dryRun=true', { operations });
    const afterReal = await send('/batch', { operations });
    expect(afterReal).toBeLessThan(afterDryRun);
    expect(left - afterDryRun).toBe(afterDryRun - afterReal);
  });
});

describe('the locks of a dry run', () => {
  it('are released when it ends', async () => {
    await haven.rest('PATCH', `${FILMS}/${known.film}?dryRun=true`, { data: {} });
    expect(await locks()).toEqual([]);
  });

  it('are held at most for dryRun.timeout, also if it waits for another transaction', async () => {
    const { app, url } = await secondHaven(haven, ['dryRun.timeout=100ms']);
    try {
      const remove = (query: string) => fetch(`${url}/api/v1${FILMS}/${known.film}${query}`, { method: 'DELETE' });
      for (const text of ['SELECT FROM haven.records FOR UPDATE', 'LOCK TABLE haven.events']) {
        await haven.sql('BEGIN');
        await haven.sql(text);
        const response = await remove('?dryRun=true');
        expect([response.status, response.headers.get('retry-after')], text).toEqual([503, '1']);
        expect(await response.json()).toMatchObject({
          code: 'QUERY_TIMEOUT',
          detail: expect.stringContaining('dryRun.timeout (100 ms)'),
        });
        await haven.sql('ROLLBACK');
        expect(await locks(), text).toEqual([]);
      }
      expect((await haven.rest('GET', `${FILMS}/${known.film}`)).body.version).toBe(1);
    } finally {
      await app.close();
    }
  });
});

/** Returns the locks of rows, and of collections, that a transaction of Haven holds. */
function locks(): Promise<unknown[]> {
  return haven.sql(
    `SELECT locktype, mode FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE application_name = 'haven' AND datname = current_database() AND granted
       AND (locktype IN ('transactionid', 'tuple') OR mode IN ('RowShareLock', 'RowExclusiveLock'))`,
  );
}

async function counters(): Promise<{ appended: number; rows: number }> {
  const text = await (await fetch(`${haven.url}/metrics`)).text();
  const metrics = parseExposition(text);
  return {
    appended: metrics.value('haven_events_appended_total'),
    rows: metrics.value('haven_import_rows_total'),
  };
}

/** Waits until background work has processed all events, so that only requests change tables afterwards. */
function untilAllAreInTheFeed(): Promise<void> {
  return vi.waitFor(
    async () => {
      const [left] = await haven.sql(
        'SELECT (SELECT count(*) FROM haven.events) - (SELECT count(*) FROM haven.feed) AS events',
      );
      expect(Number(left?.events)).toBe(0);
      expect(await haven.sql('SELECT FROM haven.index_builds')).toEqual([]);
    },
    { timeout: 20_000, interval: 10 },
  );
}

/** Returns a checksum of each table, except those with the counts of the overview, which change in the background. */
async function checksums(): Promise<unknown> {
  const tables = await haven.sql<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class AS c
     WHERE c.relnamespace = 'haven'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname NOT IN ('tenant_activity', 'total_activity') ORDER BY 1`,
  );
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name}' AS name, md5(string_agg(t::text, '\n' ORDER BY t::text)) AS sum FROM haven.${name} AS t`,
  );
  return haven.sql(each.join(' UNION ALL '));
}
