import { beforeEach, describe, expect, it } from 'vitest';

import { HavenConfig } from '@haven/config';

import { startHaven } from '../support/haven.js';
import type { ApiResponse } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven();
const NDJSON = { 'content-type': 'application/x-ndjson' };
const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

const load = (text: string, query = '', collection = 'movies') =>
  haven.rest('POST', `/collections/${collection}/import${query}`, text, NDJSON);
const dump = async (query = '', collection = 'movies'): Promise<any[]> =>
  linesOf((await haven.rest('GET', `/collections/${collection}/export${query}`)).body);
const linesOf = (text: string): any[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const stored = async (): Promise<any[]> =>
  (await haven.rest('GET', '/collections/movies/records?limit=500')).body.items;
const byN = (one: { n: number }, other: { n: number }): number => one.n - other.n;

function expectReport(answer: ApiResponse, report: object): void {
  expect({ status: answer.status, ...answer.body }).toMatchObject({ status: 200, ...report });
}

beforeEach(async () => {
  expect((await haven.rest('POST', '/collections', { name: 'movies' })).status).toBe(201);
});

describe('import', () => {
  it('accepts documents', async () => {
    expectReport(await load('{"n":1}\n{"n":2}\n'), { imported: 2, created: 2, updated: 0, failed: 0, errors: [] });
    expect((await stored()).map(({ data }) => data).sort(byN)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it.each([
    ['a last line without a line break', '{"n":1}\n{"n":2}'],
    ['blank lines', '\n{"n":1}\n\n  \t\n{"n":2}\n\n'],
    ['lines that end in CRLF', '{"n":1}\r\n\r\n{"n":2}\r\n'],
  ])('accepts %s', async (_what, text) => {
    expectReport(await load(text), { imported: 2, failed: 0 });
  });

  it('accepts an empty body', async () => {
    for (const text of ['\n', ' ']) expectReport(await load(text), { imported: 0, failed: 0 });
  });

  it('accepts application/jsonl, but not application/json', async () => {
    expectReport(
      await haven.rest('POST', '/collections/movies/import', '{"n":1}', { 'content-type': 'application/jsonl' }),
      { imported: 1 },
    );
    const refused = await haven.rest('POST', '/collections/movies/import', '{"n":1}');
    expect(refused).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
    expect(refused.headers.get('accept-post')).toBe(
      'application/x-ndjson, application/jsonl, application/ndjson, text/csv',
    );
  });

  it('accepts records, and replaces existing ones', async () => {
    await haven.rest('PUT', `/collections/movies/records/${ID}`, { data: { n: 0 } });
    expectReport(
      await load(`{"id":"${ID.toUpperCase()}","data":{"n":1},"version":9}\n{"data":{"n":2}}\n`, '?shape=record'),
      { imported: 2, created: 1, updated: 1 },
    );
    expect((await haven.rest('GET', `/collections/movies/records/${ID}`)).body).toMatchObject({
      version: 2,
      data: { n: 1 },
    });
    const { body } = await haven.rest('GET', `/collections/movies/records/${ID}/history`);
    expect(body.items.map(({ version, type }: { version: number; type: string }) => [version, type])).toEqual([
      [2, 'record.updated'],
      [1, 'record.created'],
    ]);
  });

  it('applies two lines with the same id in order', async () => {
    const { body } = await load(`{"id":"${ID}","data":{"n":1}}\n{"id":"${ID}","data":{"n":2}}\n`, '?shape=record');
    expect(body.failed).toBe(0);
    expect((await haven.rest('GET', `/collections/movies/records/${ID}`)).body.data).toEqual({ n: 2 });
  });

  it('skips invalid lines, and reports each with line and pointer', async () => {
    await haven.rest('PATCH', '/collections/movies', {
      schema: {
        type: 'object',
        required: ['n'],
        properties: { n: { type: 'integer' }, tags: { items: { type: 'string' } } },
      },
    });
    const { body } = await load(
      ['{"n":1}', '', '{"n":', '[]', '{"n":1e400}', '{"n":"x","tags":["a",1]}', '{}', '{"n":2}'].join('\n'),
    );
    expect(body).toMatchObject({ imported: 2, created: 2, failed: 5 });
    const at = (number: number): { code: string; pointer: string }[] =>
      body.errors.filter(({ line }: { line: number }) => line === number);
    expect(at(3)).toMatchObject([{ code: 'MALFORMED_JSON', pointer: '' }]);
    expect(at(4)).toMatchObject([{ code: 'VALIDATION_FAILED', pointer: '' }]);
    expect(at(5)).toMatchObject([{ code: 'JSON_NOT_EXACT', pointer: '/n' }]);
    expect(
      at(6)
        .map(({ pointer }) => pointer)
        .sort(),
    ).toEqual(['/n', '/tags/1']);
    expect(at(7)).toHaveLength(1);
    for (const error of body.errors) expect(Object.keys(error).sort()).toEqual(['code', 'detail', 'line', 'pointer']);
  });

  it('reports invalid records with a pointer into the line', async () => {
    const { body } = await load('{"id":"x","data":{}}\n{"data":1}\n{"data":{"a":1,"a":2}}\n{}\n', '?shape=record');
    expect(body.failed).toBe(4);
    expect(body.errors.map(({ line, pointer }: { line: number; pointer: string }) => [line, pointer])).toEqual([
      [1, '/id'],
      [2, '/data'],
      [3, '/data/a'],
      [4, '/data'],
    ]);
  });

  it('reports schema violations of a record with a pointer into its document', async () => {
    await haven.rest('PATCH', '/collections/movies', { schema: { properties: { n: { type: 'integer' } } } });
    const { body } = await load('{"data":{"n":"x"}}\n', '?shape=record');
    const written = await haven.rest('POST', '/collections/movies/records', { data: { n: 'x' } });
    expect(body.errors[0].pointer).toBe(written.body.errors[0].pointer);
  });

  it('describes only the first errors, and counts all', async () => {
    const { body } = await load('x\n'.repeat(150));
    expect(body).toMatchObject({ imported: 0, failed: 150 });
    expect(body.errors).toHaveLength(100);
  });

  it('is one transaction if atomic, across all batches', async () => {
    const lines = Array.from({ length: 1_200 }, (_, n) => `{"n":${n}}`);
    const bad = await load([...lines, '{"n":1e400}'].join('\n'), '?atomic=true');
    expect(bad).toMatchObject({ status: 422, body: { code: 'JSON_NOT_EXACT', errors: [{ pointer: '/n' }] } });
    expect(bad.body.detail).toContain('Line 1201');
    expect(await dump()).toEqual([]);
    expect(
      (await haven.sql('SELECT count(*)::integer AS n FROM haven.events WHERE tenant_id = $1', [haven.tenant]))[0].n,
    ).toBe(0);
    expectReport(await load(lines.join('\n'), '?atomic=true'), { imported: 1_200 });
    expect(await dump()).toHaveLength(1_200);
  });

  it('rejects a line that is too long without reading all of it', async () => {
    const answer = await load(`{"n":1}\n{"text":"${'x'.repeat(1024 * 1024)}"}\n{"n":2}\n`);
    expect(answer).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
    expect(answer.body.detail).toContain('Line 2');
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it('accepts a body larger than limits.bodyBytes', async () => {
    expectReport(await load(`{"text":"${'x'.repeat(500_000)}"}\n`.repeat(5)), { imported: 5 });
  });

  it('rejects an unknown collection and an invalid parameter before it reads the body', async () => {
    expect(await load('{}', '', 'nothing')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await load('{}', '?shape=x')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/shape' }] } });
    expect(await load('{}', '?atomic=yes')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/atomic' }] } });
    expect(await load('{}', '?mode=x')).toMatchObject({ status: 422, body: { errors: [{ pointer: '/mode' }] } });
  });

  it('does not replace a record in a collection with requirePrecondition', async () => {
    await haven.rest('PUT', `/collections/movies/records/${ID}`, { data: { n: 0 } });
    await haven.rest('PATCH', '/collections/movies', { requirePrecondition: true });
    const { body } = await load(`{"id":"${ID}","data":{"n":1}}\n`, '?shape=record');
    expect(body).toMatchObject({ imported: 0, failed: 1, errors: [{ line: 1, code: 'PRECONDITION_REQUIRED' }] });
  });
});

describe('export', () => {
  beforeEach(async () => {
    await load(
      Array.from({ length: 1_200 }, (_, n) => JSON.stringify({ n, odd: n % 2 === 1, text: '😀\n"é' })).join('\n'),
    );
  });

  it('can be imported as the same records', async () => {
    const answer = await haven.rest('GET', '/collections/movies/export');
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
    expect(answer.body.endsWith('\n')).toBe(true);
    await haven.rest('POST', '/collections', { name: 'copy' });
    expectReport(await load(answer.body, '?shape=record', 'copy'), { imported: 1_200, created: 1_200, failed: 0 });
    const bare = (records: any[]): unknown[] =>
      records.map(({ id, data }) => ({ id, data })).sort((one, other) => one.data.n - other.data.n);
    expect(bare(await dump('', 'copy'))).toEqual(bare(linesOf(answer.body)));
  });

  it('returns each record like a read', async () => {
    const [first] = await dump();
    expect((await haven.rest('GET', `/collections/movies/records/${first.id}`)).body).toEqual(first);
  });

  it('returns only documents with shape=document, and supports a filter', async () => {
    const documents = await dump(`?shape=document&filter=${encodeURIComponent('{"n":{"_lt":5},"odd":true}')}`);
    expect(documents.sort(byN)).toEqual([1, 3].map((n) => ({ n, odd: true, text: '😀\n"é' })));
  });

  it('omits deleted records', async () => {
    const [first] = await dump();
    await haven.rest('DELETE', `/collections/movies/records/${first.id}`);
    expect(await dump()).toHaveLength(1_199);
  });

  it('reports invalid requests before the first line', async () => {
    expect(await haven.rest('GET', '/collections/nothing/export')).toMatchObject({
      status: 404,
      body: { code: 'NOT_FOUND' },
    });
    expect(
      await haven.rest('GET', `/collections/movies/export?filter=${encodeURIComponent('{"n":{"_x":1}}')}`),
    ).toMatchObject({ status: 422, body: { code: 'FILTER_INVALID' } });
    expect(await haven.rest('GET', '/collections/movies/export?filter={')).toMatchObject({
      status: 400,
      body: { code: 'MALFORMED_JSON' },
    });
    expect(await haven.rest('GET', '/collections/movies/export?shape=x')).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/shape' }] },
    });
    expect(
      await haven.rest('GET', '/collections/movies/export', undefined, { accept: 'application/json' }),
    ).toMatchObject({ status: 406 });
  });

  it('has the same security headers and ids as other responses', async () => {
    const { headers } = await haven.rest('GET', '/collections/movies/export', undefined, { 'x-request-id': 'mine' });
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-request-id')).toBe('mine');
    expect(headers.get('cache-control')).toContain('private');
    expect(headers.get('vary')).toContain('Authorization');
  });

  describe('with the filter in a body', () => {
    const PATH = '/collections/movies/export';
    const post = (body: unknown, headers = {}) => haven.rest('POST', PATH, body, headers);

    it('is the same as by GET, also if the filter is too long for a URL', async () => {
      const filter = { n: { _in: [1, 3] }, text: { _ne: 'x'.repeat(20_000) } };
      const short = encodeURIComponent('{"n":{"_in":[1,3]}}');
      const answer = await post({ filter, shape: 'record' });
      expect(answer.headers.get('content-type')).toContain('application/x-ndjson');
      expect(answer.headers.get('cache-control')).toContain('private');
      expect(linesOf(answer.body)).toHaveLength(2);
      expect(answer.body).toEqual((await haven.rest('GET', `${PATH}?filter=${short}`)).body);
      expect(linesOf((await post({})).body)).toHaveLength(1_200);
      expect(linesOf((await post(undefined)).body)).toHaveLength(1_200);
    });

    it('writes CSV with columns as a list or joined by commas', async () => {
      const csv = { filter: { n: { _lt: 2 } }, shape: 'document', delimiter: 'semicolon' };
      for (const columns of [['n', 'odd'], 'n,odd']) {
        const answer = await post({ ...csv, columns }, { accept: 'text/csv' });
        expect(answer.headers.get('content-type')).toContain('text/csv');
        expect(answer.body.trim().split('\n').toSorted()).toEqual(['0;false', '1;true', 'n;odd']);
      }
    });

    it.each([
      [{ filter: { n: { _x: 1 } } }, 'FILTER_INVALID', '/n/_x'],
      [{ shape: 'x' }, 'VALIDATION_FAILED', '/shape'],
      [{ columns: [1] }, 'VALIDATION_FAILED', '/columns'],
      [{ delimiter: 'comma' }, 'VALIDATION_FAILED', '/delimiter'],
      [{ limit: 1 }, 'VALIDATION_FAILED', '/limit'],
    ])('refuses %j', async (body, code, pointer) => {
      expect(await post(body)).toMatchObject({ status: 422, body: { code, errors: [{ pointer }] } });
    });

    it('does not exist for another tenant', async () => {
      const answer = await post({}, { 'x-test-tenant': crypto.randomUUID() });
      expect(answer).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    });
  });

  it('ends when the client disconnects, and releases its database connection', async () => {
    for (let time = 0; time < 12; time++) {
      const abort = new AbortController();
      const response = await fetch(`${haven.url}/api/v1/collections/movies/export`, {
        headers: { 'x-test-tenant': haven.tenant },
        signal: abort.signal,
      });
      await response.body?.getReader().read();
      abort.abort();
    }
    expect((await haven.rest('GET', '/collections/movies')).status).toBe(200);
  });
});

it('imports and exports 20,000 records in parts, so that memory does not depend on their number', async () => {
  const count = 20_000;
  const filler = 'x'.repeat(1_000);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const lines = Array.from({ length: 100 }, () => `${JSON.stringify({ n: sent++, filler })}\n`);
      controller.enqueue(new TextEncoder().encode(lines.join('')));
      if (sent >= count) controller.close();
    },
  });
  const init = { method: 'POST', body, duplex: 'half', headers: { 'x-test-tenant': haven.tenant, ...NDJSON } };
  const written = await statementsOf(async () => {
    // The type of RequestInit lacks `duplex`.
    const imported = await fetch(`${haven.url}/api/v1/collections/movies/import`, init as RequestInit);
    expect(await imported.json()).toMatchObject({ imported: count, created: count, failed: 0 });
  });
  const batches = count / haven.app.get(HavenConfig).limits.importBatch;
  expect(written.filter(({ text }) => text.startsWith('BEGIN')).length).toBeGreaterThanOrEqual(batches);
  let lines = 0;
  const read = await statementsOf(async () => {
    const exported = await fetch(`${haven.url}/api/v1/collections/movies/export`, {
      headers: { 'x-test-tenant': haven.tenant },
    });
    for await (const chunk of exported.body ?? []) for (const byte of chunk) if (byte === 0x0a) lines += 1;
  });
  expect(lines).toBe(count);
  const pageRows = read.flatMap(({ text }) => /FROM haven\.records .*LIMIT (\d+)/s.exec(text)?.[1] ?? []).map(Number);
  expect(Math.max(...pageRows)).toBeLessThanOrEqual(2_000);
  expect(pageRows.length).toBeGreaterThanOrEqual(count / 2_000);
}, 120_000);
