import { randomUUID } from 'node:crypto';

import { beforeEach, describe, expect, it } from 'vitest';

import { startHaven } from '../support/haven.js';
import { statementsOf } from '../support/statements.js';

const haven = startHaven(['limits.importBatch=2']);
const CSV = { 'content-type': 'text/csv' };
const PATH = '/collections/goods';

const load = (csv: string, query = '', headers: Record<string, string> = {}) =>
  haven.rest('POST', `${PATH}/import${query}`, csv, { ...CSV, ...headers });
const dump = async (query = '') => haven.rest('GET', `${PATH}/export${query}`, undefined, { accept: 'text/csv' });
const stored = async (): Promise<any[]> =>
  (await haven.rest('GET', `${PATH}/records?limit=500&sort=$id`)).body.items.map(({ data }: any) => data);
const spooled = async (): Promise<number> => {
  const count = 'SELECT count(*)::integer AS parts FROM haven.import_lines WHERE tenant_id = $1';
  return (await haven.sql(count, [haven.tenant]))[0].parts;
};

beforeEach(async () => {
  expect((await haven.rest('POST', '/collections', { name: 'goods' })).status).toBe(201);
});

describe('an import of CSV', () => {
  it('types each column by all its cells, and reports how it was read', async () => {
    const answer = await load('Name;Preis;PLZ;Lager\nÄpfel;3,50;01067;true\n"";4;80331;false\nNüsse;;x;true\n');
    expect(answer).toMatchObject({
      status: 200,
      body: {
        imported: 3,
        created: 3,
        failed: 0,
        csv: {
          delimiter: ';',
          decimal: ',',
          columns: [
            { name: 'Name', type: 'text' },
            { name: 'Preis', type: 'number' },
            { name: 'PLZ', type: 'text' },
            { name: 'Lager', type: 'boolean' },
          ],
        },
      },
    });
    expect(await stored()).toEqual([
      { Name: 'Äpfel', Preis: 3.5, PLZ: '01067', Lager: true },
      { Name: '', Preis: 4, PLZ: '80331', Lager: false },
      { Name: 'Nüsse', PLZ: 'x', Lager: true },
    ]);
  });

  it('reads a long one twice, from the database, and removes it from there', async () => {
    const text = 'x'.repeat(200_000);
    const rows = Array.from({ length: 7 }, (_, n) => `${n},${text}`);
    const statements = await statementsOf(async () => {
      const { body } = await load(['n,text', ...rows, `y,${text}`].join('\n'));
      expect(body).toMatchObject({ imported: 8, csv: { columns: [{ type: 'text' }, { type: 'text' }] } });
    });
    const read = statements.filter(({ name }) => name === 'import.text');
    expect(read.length).toBeGreaterThanOrEqual(2); // parts of about half a million characters, as they arrive
    expect((await haven.rest('GET', `${PATH}/records?count=exact&limit=1`)).body.total).toBe(8);
    expect(await spooled()).toBe(0);
    const again = await load(['n,text', ...rows, text].join('\n'));
    expect(again).toMatchObject({ status: 400, body: { code: 'MALFORMED_CSV' } });
    expect(await spooled()).toBe(0);
  });

  it.each(['', '?atomic=true'])('stores nothing if a row is malformed (%s)', async (query) => {
    const answer = await load('a,b\n1,2\n1,2\n1,2\n1\n1,2,3\n', query);
    expect(answer).toMatchObject({
      status: 400,
      body: {
        code: 'MALFORMED_CSV',
        detail: 'Line 5: The row has 1 cell, but the header has 2. There is 1 more error.',
        errors: [
          { code: 'MALFORMED_CSV', pointer: '', detail: 'Line 5: The row has 1 cell, but the header has 2.' },
          { code: 'MALFORMED_CSV', pointer: '', detail: 'Line 6: The row has 3 cells, but the header has 2.' },
        ],
      },
    });
    expect(await stored()).toEqual([]);
  });

  it('reports lines that violate the schema by their number in the file', async () => {
    await haven.rest('PATCH', PATH, { schema: { properties: { a: { maximum: 5 } } } });
    const csv = 'a,b\n1,"x\ny"\n\n9,z\n2,z\n';
    expect((await load(csv)).body).toMatchObject({ imported: 2, failed: 1, errors: [{ line: 5, pointer: '/a' }] });
    const atomic = await load(csv, '?atomic=true');
    expect(atomic).toMatchObject({ status: 422, body: { code: 'SCHEMA_VIOLATION' } });
    expect(atomic.body.detail).toMatch(/^Line 5: /);
  });

  it('takes types, delimiter, decimal sign and the meaning of empty cells from the request', async () => {
    const query = '?types=a:text&delimiter=pipe&decimal=comma&empty=null';
    expect((await load('a|b|c\n1|2,5|\n', query)).body.imported).toBe(1);
    expect((await load('a,b\n1,2\n', '?text=true&types=b:number')).body.imported).toBe(1);
    expect(await stored()).toEqual([
      { a: '1', b: 2.5, c: null },
      { a: '1', b: 2 },
    ]);
  });

  it.each([
    ['types=a', '/types'],
    ['types=x:number', '/types'],
    ['delimiter=x', '/delimiter'],
    ['decimal=x', '/decimal'],
    ['empty=x', '/empty'],
    ['text=yes', '/text'],
  ])('refuses the parameter %s', async (query, pointer) => {
    expect(await load('a\n1\n', `?${query}`)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    expect(await stored()).toEqual([]);
  });

  it('refuses parameters for CSV with NDJSON', async () => {
    const ndjson = { 'content-type': 'application/x-ndjson' };
    const answer = await haven.rest('POST', `${PATH}/import?types=a:text`, '{}', ndjson);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ pointer: '/types' }] } });
    expect(await haven.rest('GET', `${PATH}/export?columns=a`)).toMatchObject({ status: 422 });
  });

  it('is applied once with an idempotency key', async () => {
    const headers = { 'idempotency-key': randomUUID() };
    const first = await load('a\n1\n2\n3\n', '', headers);
    expect(first.body).toMatchObject({ imported: 3, csv: { delimiter: ',' } });
    expect((await load('a\n1\n2\n3\n', '', headers)).body).toEqual(first.body);
    expect(await load('a\n1\n', '', headers)).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_MISMATCH' } });
    expect(await stored()).toHaveLength(3);
  });

  it('is refused by the quota before anything is stored', async () => {
    const tenant = randomUUID();
    await haven.sql(
      `INSERT INTO haven.tenants (id, name, state, revision, created_at, updated_at, quotas)
       VALUES ($1::uuid, $1::text, 'active', 1, now(), now(), '{"bytes": 600000}')`,
      [tenant],
    );
    const headers = await haven.as(tenant);
    await haven.rest('POST', '/collections', { name: 'goods' }, headers);
    const answer = await load(`a\n${`${'x'.repeat(300_000)}\n`.repeat(5)}`, '', headers);
    expect(answer).toMatchObject({ status: 403, body: { code: 'QUOTA_EXCEEDED' } });
    expect((await haven.rest('GET', `${PATH}/records`, undefined, headers)).body.items).toEqual([]);
    expect(await haven.sql('SELECT FROM haven.import_lines WHERE tenant_id = $1', [tenant])).toEqual([]);
  });
});

it('tells how much an import has stored when it fails, and that it has stored nothing', async () => {
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const long = `{"a":"${'x'.repeat(1024 * 1024)}"}\n`;
  const refused = async (lines: string) => (await haven.rest('POST', `${PATH}/import`, lines, ndjson)).body.detail;
  expect(await refused(long)).toMatch(/\(limits\.importLineBytes\)\. Nothing was stored\.$/);
  expect(await refused(`{}\n1\n{}\n{}\n${long}`)).toMatch(
    / Before that, 3 records were stored and 1 line was refused\.$/,
  );
});

describe('an export of CSV', () => {
  const documents = [
    { Title: 'Alien, "1"', Year: 1979, Seen: true, Tags: ['a', 1] },
    { Title: '', Year: 8.5, Note: 'x\r\ny' },
    { Title: 'Heat', Seen: null },
  ];

  beforeEach(async () => {
    for (const data of documents) await haven.rest('POST', `${PATH}/records`, { data });
  });

  it('has a column for each member of a document, and can be imported', async () => {
    const answer = await dump('?shape=document');
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = answer.body.split(/(?<!\r)\n/);
    const header = lines[0].split(',');
    expect(header.toSorted()).toEqual(['Note', 'Seen', 'Tags', 'Title', 'Year']);
    const columns = 'Title,Year,Seen,Tags,Note';
    expect((await dump(`?shape=document&columns=${columns}`)).body).toBe(
      `${columns}\n"Alien, ""1""",1979,true,"[""a"",1]",\n"",8.5,,,"x\r\ny"\nHeat,,,,\n`,
    );
    await haven.rest('POST', '/collections', { name: 'copy' });
    const imported = await haven.rest('POST', '/collections/copy/import?types=Tags:json', answer.body, CSV);
    expect(imported.body).toMatchObject({ imported: 3, failed: 0 });
    const copies = (await haven.rest('GET', '/collections/copy/records?sort=$id')).body.items;
    expect(copies.map(({ data }: any) => data)).toEqual([documents[0], documents[1], { Title: 'Heat' }]);
  });

  it('can be imported as the same records', async () => {
    const { body } = await dump();
    expect(body.split('\n')[0]).toMatch(/^id,collection,version,(data\.\w+,){5}createdAt,updatedAt$/);
    const again = await load(body.replace('Heat', 'Ronin'), '?shape=record&types=data.Tags:json');
    expect(again.body).toMatchObject({ imported: 3, created: 0, updated: 3 });
    expect((await stored())[2]).toEqual({ Title: 'Ronin' });
  });

  it('writes what a European spreadsheet expects', async () => {
    const { body } = await dump(
      '?shape=document&columns=Year,Title&delimiter=semicolon&decimal=comma&filter={"Year":8.5}',
    );
    expect(body).toBe('Year;Title\n8,5;""\n');
  });

  it('has only a header if there are no records', async () => {
    expect((await dump('?filter={"Year":0}')).body).toBe('id,collection,version,createdAt,updatedAt\n');
    expect((await dump('?filter={"Year":0}&columns=["a,b"]&shape=document')).body).toBe('"a,b"\n');
  });
});
