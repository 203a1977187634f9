import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';

import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { loadConfig } from '@haven/config';
import { compressedName } from '@haven/http';

import { compressFiles } from '../../src/compress-files.js';
import { at, haven } from '../support/process.js';
import type { HavenProcess } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

const KEY = `hvn_${'0'.repeat(16)}_${'a'.repeat(64)}`;

describe('the container image', () => {
  let directory: string;
  let root: string;
  let laidOut: string[];
  let database: TestDatabase;
  let served: HavenProcess;
  let url: string;

  const run = (...args: string[]) =>
    haven(args, { ...at(database.address), HAVEN_URL: url, HAVEN_KEY: KEY }, root).ended;
  const page = async (path: string): Promise<string> => {
    const response = await fetch(url + path, { headers: { accept: 'text/html,*/*' } });
    expect(response.status, path).toBe(200);
    return response.text();
  };
  const send = async (method: string, path: string, body: object) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${KEY}` };
    const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as any };
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'haven-image-'));
    root = join(directory, 'image');
    // The quality of the build would take a quarter of a minute, and this one is not that of the server either.
    const compressed = join(directory, 'compressed');
    await compressFiles(process.cwd(), compressed, 9);
    // Fails if the image has grown too large.
    await promisify(execFile)(process.execPath, ['tools/image.ts', root, compressed]);
    laidOut = await everything();
    database = await openTestDatabase('template0');
  });

  afterAll(async () => {
    await database?.drop();
    await rm(directory, { recursive: true, force: true });
  });

  it('requires a database, because it does not include one', async () => {
    const { code, stderr } = await haven(['start'], {}, root).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No PostgreSQL for this platform is installed.* set DATABASE_URL\.\n$/);
  });

  it('migrates, starts, passes the smoke test and stops', async () => {
    expect(await run('migrate')).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Migrated: /), stderr: '' });
    const production = {
      HAVEN_ENV: 'production',
      HOST: '127.0.0.1',
      HAVEN_OPERATOR_KEY: KEY,
      HAVEN_SERVER_DRAIN_DELAY: '0s',
    };
    const settings = { ...at(database.address), ...production, HAVEN_GRAPHQL_IDE: 'true', HAVEN_LOG_FORMAT: 'pretty' };
    served = haven(['start'], settings, root);
    url = await served.origin;

    expect(JSON.parse(await page('/readyz'))).toMatchObject({ status: 'ok' });
    await servesBothApis();
    await servesPages();
    await servesCompressedFiles();
    await servesConsole();
    await transfers();

    served.child.kill('SIGTERM');
    expect(await served.ended).toMatchObject({ code: 0, stderr: '' });
    expect(await everything()).toEqual(laidOut);
  });

  /**
   * Lists all files with their modification times. If Haven changes none, a read-only root file system is sufficient.
   */
  async function everything(): Promise<string[]> {
    const entries = await readdir(root, { recursive: true });
    const described = async (entry: string) => `${entry} ${(await stat(join(root, entry))).mtimeMs}`;
    return (await Promise.all(entries.map(described))).toSorted();
  }

  async function servesBothApis(): Promise<void> {
    const schema = { properties: { Title: { type: 'string', pattern: '^[A-Z]' }, seen: { format: 'date' } } };
    expect((await send('POST', '/api/v1/collections', { name: 'movies', schema })).status).toBe(201);
    const made = await send('POST', '/api/v1/collections/movies/records', { data: { Title: 'Alien' } });
    expect(made).toMatchObject({ status: 201, body: { data: { Title: 'Alien' } } });
    const refused = await send('POST', '/api/v1/collections/movies/records', { data: { Title: 'alien' } });
    expect(refused).toMatchObject({ status: 422, body: { code: 'SCHEMA_VIOLATION' } });
    const query = `{ record(collection: "movies", id: "${made.body.id}") { data } }`;
    const read = await send('POST', '/graphql', { query });
    expect(read.body).toEqual({ data: { record: { data: { Title: 'Alien' } } } });
  }

  async function servesPages(): Promise<void> {
    const docs = await page('/docs');
    for (const [, asset = ''] of docs.matchAll(/(?:src|href)="(\.?[^"]+)"/g)) {
      expect((await page(new URL(asset, `${url}/docs`).pathname)).length, asset).toBeGreaterThan(100);
    }
    expect(await page('/docs/errors')).toContain('VERSION_CONFLICT');
    expect(await page('/')).toContain('href="/docs/guide"');
    for (const name of ['querying', 'contributing', 'adr/0043-pages-without-a-site'])
      expect(await page(`/docs/guide/${name}`)).toMatch(/<h1 id=/);
    expect((await page('/docs/guide/images/swagger-ui.webp')).length).toBeGreaterThan(10_000);
    expect(JSON.parse(await page('/openapi.json'))).toMatchObject({ openapi: '3.1.0' });
    const files = (await page('/graphql')).matchAll(/(?:src|href)="([^":]+)"/g);
    const sizes = [...files].map(
      async ([, file = '']) => (await page(new URL(file, `${url}/graphql`).pathname)).length,
    );
    expect(Math.max(...(await Promise.all(sizes)))).toBeGreaterThan(1_000_000);
  }

  /** Expects that the long files of the pages are those that the build has compressed. */
  async function servesCompressedFiles(): Promise<void> {
    let found = 0;
    for (const path of ['/docs', '/graphql']) {
      for (const [, link = ''] of (await page(path)).matchAll(/(?:src|href)="([^":]+)"/g)) {
        const file = new URL(link, url + path).href;
        const plain = await bytesOf(file, 'identity');
        if (plain.length < 1_024 || file.endsWith('swagger-ui-init.js')) continue; // which contains the prefix
        for (const coding of ['br', 'gzip'] as const) {
          const compressed = await readFile(join(root, 'dist/compressed', compressedName(plain, coding)));
          expect((await bytesOf(file, coding)).equals(compressed), `${link} ${coding}`).toBe(true);
        }
        found += 1;
      }
    }
    expect(found).toBeGreaterThan(5);
  }

  /** Expects that the files of the console are sent as they were built, and long ones as the build compressed them. */
  async function servesConsole(): Promise<void> {
    expect(await page('/console')).toContain('assets/');
    const names = await readdir('dist/console/assets');
    const long = new Set(await readdir(join(root, 'dist/console/assets')).then((all) => all.filter(isCompressed)));
    expect(long.size).toBeGreaterThan(5);
    for (const name of names) {
      const file = `${url}/console/assets/${name}`;
      const built = await readFile(join('dist/console/assets', name));
      expect((await bytesOf(file, 'identity')).equals(built), name).toBe(true);
      if (!long.has(`${name}.br`)) continue;
      const compressed = await readFile(join(root, 'dist/compressed', compressedName(built, 'br')));
      expect((await bytesOf(file, 'br')).equals(compressed), name).toBe(true);
      expect(gunzipSync(await bytesOf(file, 'gzip')).equals(built), name).toBe(true);
    }
  }

  const isCompressed = (name: string): boolean => name.endsWith('.br');

  /** Returns the content of a response as it is sent. */
  async function bytesOf(url: string, coding: string): Promise<Buffer> {
    const { body } = await request(url, { headers: { 'accept-encoding': coding } });
    return Buffer.from(await body.arrayBuffer());
  }

  async function transfers(): Promise<void> {
    const file = join(directory, 'films.csv');
    await writeFile(file, 'Title,Year\nAlien,1979\nAliens,1986\n');
    expect(await run('import', 'films', file)).toMatchObject({ code: 0, stderr: '' });
    const { stdout } = await run('export', 'films');
    const titles = stdout.trim().split('\n');
    expect(titles.map((line) => JSON.parse(line).data.Title).sort()).toEqual(['Alien', 'Aliens']);
  }
});

describe('docker/compose.yml', () => {
  it('has valid settings, publishes the port only on loopback, and uses a read-only root file system', async () => {
    const { services } = parse(await readFile('docker/compose.yml', 'utf8'));
    const { environment, ports, ...service } = services.haven;
    // Compose takes variables without a value from its own environment.
    const given = Object.entries<string | null>(environment).filter(([, value]) => value !== null);
    const filled = given.map(([name, value]) => [name, withDefaults(value ?? '')]);
    const env = { HAVEN_ENV: 'production', HOST: '0.0.0.0', ...Object.fromEntries(filled) };
    const { config } = loadConfig({ configDir: 'config', env });
    expect(config.server).toMatchObject({ host: '0.0.0.0', port: 8080, drainDelay: 0 });
    expect(config.database.migrationUrl).toBe('postgres://haven_owner:haven@database/haven');
    expect(parseInt(service.stop_grace_period) * 1000).toBeGreaterThan(config.server.shutdownTimeout);
    expect(ports.map(withDefaults)).toEqual(['127.0.0.1:8080:8080']);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], init: true });
  });
});

/** Substitutes the defaults of variables as Compose does when none is set. */
function withDefaults(text: string): string {
  return text.replaceAll(/\$\{\w+:-(\w*)\}/g, '$1');
}
