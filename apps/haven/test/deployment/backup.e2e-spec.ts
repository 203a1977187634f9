import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createApp } from '../../src/app.js';
import { backUp } from '../../src/backup/backup.js';
import { NO_PROGRESS } from '../../src/backup/transfer-progress.js';
import { migrations } from '../../src/migrations/index.js';
import { verify } from '../../src/verify.js';
import { alterBackup, configOf, contentsOf, emptyDatabase, restore, SCHEMAS } from '../support/backups.js';
import { startHaven } from '../support/haven.js';
import { at } from '../support/process.js';
import { sql } from '../support/served-haven.js';

const haven = startHaven();
let directory: string;
let file: string;

/** Documents whose text COPY must escape, or that JavaScript would print in another way. */
const DOCUMENTS = [
  '{"n":1e300,"m":-0.0000001}',
  String.raw`{"text":"tab\t, newline\n, backslash \\, quote \", \u2028, 😀, \\N, \\."}`,
  '{"":{"b":[],"a":{}}}',
];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'haven-backup-'));
  file = join(directory, 'first.backup');
  for (const tenant of [randomUUID(), randomUUID()]) {
    const headers = { 'x-test-tenant': tenant };
    await haven.rest('POST', '/collections', { name: 'films', history: { keep: 5 } }, headers);
    const { body } = await haven.rest('POST', '/collections/films/records', { data: { n: 1 } }, headers);
    await haven.rest('PATCH', `/collections/films/records/${body.id}`, { data: { n: 2 } }, headers);
    for (const document of DOCUMENTS) {
      const created = await haven.rest('POST', '/collections/films/records', `{"data":${document}}`, headers);
      expect(created.status, document).toBe(201);
    }
  }
  await backUp(configOf(at(haven.address).DATABASE_URL), file, NO_PROGRESS);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('a backup', () => {
  it('is private, and refuses to overwrite a file', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await expect(backUp(configOf(at(haven.address).DATABASE_URL), file, NO_PROGRESS)).rejects.toThrow(
      `${file} already exists; choose another file name.`,
    );
  });

  it('returns every row, sequence and setting when it is restored', async () => {
    const { url, owner } = await emptyDatabase();
    const { sound, text } = await restore(url, file);
    expect(text).toMatch(/^Restored\.\nRows and events agree: 2 tenants, 8 records, 10 events\.\nSeals/);
    expect(sound).toBe(true);
    const again = join(directory, 'again.backup');
    await backUp(configOf(url), again, NO_PROGRESS);
    const [before, after] = [await contentsOf(file), await contentsOf(again)];
    expect(after.summary).toEqual({ ...before.summary, header: after.summary.header });
    expect(after.header.migrations).toEqual(migrations.map(({ name }) => name));
    const indexes = "SELECT indexdef FROM pg_indexes WHERE schemaname = 'haven' ORDER BY 1";
    expect((await owner.query(indexes)).rows).toEqual(await haven.sql(indexes));
    const security = `SELECT relname, relrowsecurity, relforcerowsecurity, relowner <> 0 AS owned FROM pg_class
      WHERE relnamespace = 'haven'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1`;
    expect((await owner.query(security)).rows).toEqual(await haven.sql(security));
  });
});

describe('haven restore', () => {
  it('refuses a file that is not complete', async () => {
    const { url } = await emptyDatabase();
    const bytes = await readFile(file);
    const torn = join(directory, 'torn.backup');
    for (const length of [30, 600, bytes.length >> 1, bytes.length - 20, bytes.length - 1]) {
      await writeFile(torn, bytes.subarray(0, length));
      await expect(restore(url, torn), `${length} bytes`).rejects.toThrow(`${torn} is incomplete: it ends before`);
    }
    expect(await sql(url, SCHEMAS)).toEqual([]);
  });

  it('refuses a file that was altered, unless its contents are still the same', async () => {
    const bytes = await readFile(file);
    const original = await contentsOf(file);
    const altered = join(directory, 'altered.backup');
    let refused = 0;
    const step = Math.ceil(bytes.length / 24);
    for (let position = 20; position < bytes.length; position += step) {
      const copy = Buffer.from(bytes);
      copy.writeUInt8(copy.readUInt8(position) ^ 0x10, position);
      await writeFile(altered, copy);
      try {
        // A compressed file can refer to a repeated text at another place, which does not change the contents.
        expect(await contentsOf(altered)).toEqual(original);
      } catch (error) {
        refused += 1;
        expect(String(error), `byte ${position}`).toMatch(/StartError: .*(is damaged|is incomplete|has version)/);
      }
    }
    expect(refused).toBeGreaterThan(12);
    const { url } = await emptyDatabase();
    await writeFile(altered, Buffer.concat([bytes.subarray(0, 500), bytes.subarray(510)]));
    await expect(restore(url, altered)).rejects.toThrow(/is damaged|is incomplete/);
    expect(await sql(url, SCHEMAS)).toEqual([]);
  });

  it('refuses other files, and backups of newer versions', async () => {
    const { url } = await emptyDatabase();
    const foreign = join(directory, 'foreign');
    await writeFile(foreign, 'CREATE TABLE');
    await expect(restore(url, foreign)).rejects.toThrow(`${foreign} is not a backup of Haven.`);
    await expect(restore(url, join(directory, 'none'))).rejects.toThrow(/none cannot be read: ENOENT/);
    const newer = await alterBackup(file, { header: { haven: '9.1.0', migrations: ['Added1999999999999'] } });
    await expect(restore(url, newer)).rejects.toThrow(
      /is from a newer Haven, version 9\.1\.0: .* does not have its migration Added1999999999999\. Restore it with that/,
    );
    const format = await alterBackup(file, { header: { haven: '9.1.0', version: 2 } });
    await expect(restore(url, format)).rejects.toThrow(/has version 2 of the backup format, .* Haven 9\.1\.0 or newer/);
    expect(await sql(url, SCHEMAS)).toEqual([]);
  });

  it('refuses to work on a database that a server uses', async () => {
    await expect(restore(at(haven.address).DATABASE_URL, file, { replace: true })).rejects.toThrow(
      'A Haven server is running on this database; stop it first.',
    );
  });

  it('explains --owner', async () => {
    await expect(restore('postgres://unused/unused', file, { owner: 'other' })).rejects.toThrow(
      /^--owner applies to files of pg_dump\. .* with the login other\.$/,
    );
  });
});

it('leaves out searched text, which is built anew after a restore, and keeps the numbers of indexes', async () => {
  const tenant = { 'x-test-tenant': randomUUID() };
  const search = { paths: ['title'], language: 'english' };
  await haven.rest('POST', '/collections', { name: 'books', search, indexes: ['title'] }, tenant);
  await haven.rest('POST', '/collections/books/records', { data: { title: 'Dunes' } }, tenant);
  const searched = join(directory, 'searched.backup');
  await backUp(configOf(at(haven.address).DATABASE_URL), searched, NO_PROGRESS);
  expect([...(await contentsOf(searched)).rows.keys()]).not.toContain('search_documents');
  const { url, owner } = await emptyDatabase();
  expect((await restore(url, searched)).sound).toBe(true);
  const { rows: numbers } = await owner.query(
    "SELECT nextval('haven.index_ids') > max((search->>'id')::integer) AS next FROM haven.collections",
  );
  expect(numbers).toEqual([{ next: true }]);
  const states = async () => (await owner.query(STATES, [tenant['x-test-tenant']])).rows[0];
  expect(await states()).toEqual({ version: '0', documents: 0 });
  const app = await createApp(configOf(url), { url });
  try {
    await app.listen(0, '127.0.0.1');
    await expect.poll(states, { timeout: 10_000 }).toEqual({ version: expect.stringMatching(/^1\d$/), documents: 1 });
  } finally {
    await app.close();
  }
  expect((await verify(configOf(url), { audit: false, exported: [] })).sound).toBe(true);
});

const STATES = `
SELECT search->>'builtWith' AS version, (
  SELECT count(*)::integer FROM haven.search_documents AS d
  WHERE d.tenant_id = c.tenant_id AND d.index_id = (c.search->>'id')::integer
) AS documents
FROM haven.collections AS c WHERE tenant_id = $1`;
