import 'reflect-metadata';

import { randomBytes, randomUUID } from 'node:crypto';

import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';

import { loadConfig } from '@haven/config';
import type { HavenConfig } from '@haven/config';
import type { DatabaseAddress } from '@haven/database';
import { Authenticator } from '@haven/http';
import type { Credentials } from '@haven/http';
import { Access, scopeNames } from '@haven/kernel';
import type { Scope } from '@haven/kernel';
import { TenantsModule } from '@haven/tenants';

import { CompositeAuthenticator } from '../../../../libs/tenants/src/application/composite-authenticator.js';
import { createApp } from '../../src/app.js';
import { pooledConfig } from './pooled.js';
import { openTestDatabase } from './test-database.js';
import type { TestDatabase } from './test-database.js';

/** A response of either API with its parsed body. */
export interface ApiResponse<T = any> {
  status: number;
  headers: Headers;
  body: T;
}

/** A running Haven with its own database, and the tenant of the current test. */
export interface Haven {
  url: string;
  app: NestFastifyApplication;
  address: DatabaseAddress;
  tenant: string;
  /** Returns the headers that authenticate a request as a tenant, which is created if necessary. */
  as(tenant: string): Promise<Record<string, string>>;
  /** Sends a REST request to a path below `/api/v1` or, if it starts with two slashes, to any path of the server. */
  rest(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiResponse>;
  /** Sends a GraphQL document and its variables. */
  graphql(query: string, variables?: Record<string, unknown>, headers?: Record<string, string>): Promise<ApiResponse>;
  /** Runs SQL as the owner of the database, bypassing row security. */
  sql<Row extends pg.QueryResultRow = any>(text: string, values?: unknown[]): Promise<Row[]>;
}

/**
 * Authenticates requests with a key as usual. All other requests belong to the tenant in `x-test-tenant` or, without
 * that header, to the tenant of the current test. Row security applies in every case.
 */
class TestAuthenticator extends Authenticator {
  constructor(
    private readonly haven: Haven,
    private readonly authenticator: CompositeAuthenticator,
  ) {
    super();
  }

  authenticate(credentials: Credentials) {
    const { headers, traceId } = credentials;
    if (headers['authorization'] !== undefined) return this.authenticator.authenticate(credentials);
    const tenant = headers['x-test-tenant'];
    if (tenant === undefined) return { tenantId: this.haven.tenant, actor: 'anonymous', traceId, access: Access.full };
    return { tenantId: String(tenant), actor: 'tester', traceId, access: Access.full };
  }
}

interface AuthenticationOptions {
  /** Whether requests are authenticated with a key of the tenant instead of `x-test-tenant`. */
  keys?: boolean;
}

/** Starts Haven for a test file, with a new tenant for every test. */
export function startHaven(settings: string[] = [], { keys = false }: AuthenticationOptions = {}): Haven {
  const haven = {} as Haven; // filled before the first test
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase();
    haven.address = database.address;
    const config = testConfig(keys ? ['auth.open=false', ...settings] : settings);
    haven.app = await createApp(config, haven.address, undefined, keys ? undefined : withTestAuthenticator(haven));
    await haven.app.listen(0, '127.0.0.1');
    haven.url = urlOf(haven.app);
  });
  beforeEach(() => {
    haven.tenant = randomUUID();
  });
  afterAll(async () => {
    await haven.app?.close();
    await database?.drop();
  });
  const known = new Map<string, Promise<string>>();
  haven.as = async (tenant): Promise<Record<string, string>> => {
    if (!keys) return { 'x-test-tenant': tenant };
    if (!known.has(tenant)) known.set(tenant, createKey(haven, tenant));
    return { authorization: `Bearer ${await known.get(tenant)}` };
  };
  haven.rest = (method, path, body, headers = {}) =>
    call(haven, method, path.startsWith('//') ? path.slice(1) : `/api/v1${path}`, body, headers);
  haven.graphql = (query, variables = {}, headers = {}) =>
    call(haven, 'POST', '/graphql', { query, variables }, headers);
  let statement: Promise<unknown> = Promise.resolve();
  haven.sql = async (text, values) => {
    // A connection runs one statement at a time.
    const result = statement.then(() => database.owner.query(text, values));
    statement = result.catch(() => undefined);
    return (await result).rows;
  };
  return haven;
}

/** Starts a second application on the same database in this process, as a replacement for a second process. */
export async function secondHaven(
  haven: Haven,
  settings: string[] = [],
): Promise<{ app: NestFastifyApplication; url: string }> {
  const app = await createApp(testConfig(settings), haven.address, undefined, withTestAuthenticator(haven));
  await app.listen(0, '127.0.0.1');
  return { app, url: urlOf(app) };
}

function urlOf(app: NestFastifyApplication): string {
  return `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`;
}

/** Returns the configuration of the tests with the given `--set` arguments. */
export function testConfig(settings: string[] = []): HavenConfig {
  return pooledConfig(loadConfig({ configDir: 'config', env: { HAVEN_ENV: 'test' }, set: settings }).config);
}

@Module({})
class TestAuthenticatorModule {}

function withTestAuthenticator(haven: Haven): Parameters<typeof createApp>[3] {
  const provider = {
    provide: Authenticator,
    useFactory: (authenticator: CompositeAuthenticator) => new TestAuthenticator(haven, authenticator),
    inject: [CompositeAuthenticator],
  };
  const replacement = {
    module: TestAuthenticatorModule,
    imports: [TenantsModule],
    providers: [provider],
    exports: [Authenticator],
  };
  return (module) => ({
    ...module,
    imports: module.imports?.map((imported) =>
      'imports' in imported
        ? { ...imported, imports: imported.imports?.map((one) => (one === TenantsModule ? replacement : one)) }
        : imported,
    ),
  });
}

/**
 * Creates a key with any scopes, by default all except `operator`. The API creates none without scopes, and none with
 * `operator` outside of the tenant of the operators.
 */
export async function createKey(
  haven: Haven,
  tenant: string,
  scopes: readonly Scope[] = scopeNames.filter((scope) => scope !== 'operator'),
  collections: readonly string[] | null = null,
): Promise<string> {
  const [id, secret] = [randomBytes(8).toString('hex'), randomBytes(32).toString('hex')];
  await haven.sql(
    "INSERT INTO haven.tenants VALUES ($1, $1::uuid::text, 'active', 1, now(), now()) ON CONFLICT DO NOTHING",
    [tenant],
  );
  await haven.sql(
    `INSERT INTO haven.api_keys (tenant_id, id, name, scopes, collections, hash, created_at)
     VALUES ($1, $2, 'test', $3, $4, sha256(convert_to($5, 'UTF8')), now())`,
    [tenant, id, scopes, collections, secret],
  );
  return `hvn_${id}_${secret}`;
}

async function call(
  haven: Haven,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string>,
): Promise<ApiResponse> {
  const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${haven.url}${path}`, {
    method,
    body: text,
    headers: {
      ...(!('authorization' in headers) && (await haven.as(haven.tenant))),
      ...(text !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  });
  const content = await response.text();
  const isJson =
    response.headers.get('content-type')?.includes('json') && !response.headers.get('content-type')?.includes('ndjson');
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && content !== '' ? JSON.parse(content) : content,
  };
}
