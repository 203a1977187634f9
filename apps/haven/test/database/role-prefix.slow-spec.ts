import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { databaseRoles, migrate } from '@haven/database';
import { EmbeddedPostgres } from '@haven/embedded-postgres';

import { migrations } from '../../src/migrations/index.js';
import { requireRowSecurity } from '../../src/require-row-security.js';
import { Server } from '../../src/server.js';
import { testConfig } from '../support/haven.js';
import { at } from '../support/process.js';
import { describeWith, postgresPrograms } from '../support/programs.js';
import { sql } from '../support/served-haven.js';
import { startSystemPostgres } from '../support/system-postgres.js';

interface PostgresServer {
  url(database?: string, user?: string): string;
  stop(): Promise<void>;
}

async function startEmbedded(): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'haven-roles-'));
  const server = await EmbeddedPostgres.start({ dataDir: join(directory, 'data') });
  return {
    url: (database = 'postgres', user = server.connection.user) =>
      at({ ...server.connection, database, user }).DATABASE_URL,
    stop: async () => {
      await server.stop();
      for (const each of [server.dataDir, directory]) await rm(each, { recursive: true, force: true });
    },
  };
}

const STAGING = databaseRoles('staging');

describe('two Havens of different owners on one server', () => {
  describe('of the embedded PostgreSQL', () => {
    testOwners(startEmbedded);
  });
});

describeWith('pg-clients', 'two Havens of different owners on one server', () => {
  describe('of the installed PostgreSQL', () => {
    testOwners(() => startSystemPostgres(postgresPrograms ?? ''));
  });
});

function testOwners(start: () => Promise<PostgresServer>): void {
  let server: PostgresServer;
  let major: number;
  const asAdmin = (text: string, database?: string) => sql(server.url(database), text);
  const address = (database: string, user: string) => ({ url: server.url(database, user) });

  /** Creates a database and the two logins that docs/deploying.md asks for. */
  async function createDatabase(name: string, options = 'CREATEROLE'): Promise<void> {
    await asAdmin(`CREATE ROLE ${name}_owner LOGIN ${options}; CREATE ROLE ${name}_app LOGIN`);
    await asAdmin(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
    await asAdmin(`GRANT CREATE ON DATABASE ${name} TO ${name}_owner`);
  }

  beforeAll(async () => {
    server = await start();
    const [row] = await asAdmin("SELECT current_setting('server_version_num')::int / 10000 AS major");
    major = row.major;
    await createDatabase('production');
    await createDatabase('staging');
    await migrate(address('production', 'production_owner'), migrations);
    await sql(server.url('production', 'production_owner'), 'GRANT haven_runtime TO production_app');
  });
  afterAll(() => server?.stop());

  it('names the cause and the solution if the roles belong to another owner', async () => {
    if (major < 16) return; // up to 15, CREATEROLE gives access to all roles
    await expect(migrate(address('staging', 'staging_owner'), migrations)).rejects.toThrow(
      /^The migrations need the roles haven_reader and haven_upkeep, which exist, but staging_owner may not act as them\. .*used in the database production, by production_owner\. .*set database\.rolePrefix .*GRANT haven_reader, haven_upkeep TO "staging_owner";$/,
    );
    expect(await asAdmin("SELECT FROM pg_namespace WHERE nspname = 'haven'", 'staging')).toEqual([]);
  });

  it('serves both, and lets neither into the database of the other', async () => {
    await migrate(address('staging', 'staging_owner'), migrations, { roles: STAGING });
    await sql(server.url('staging', 'staging_owner'), 'GRANT staging_runtime TO staging_app');
    const owners = await asAdmin(
      `SELECT DISTINCT pg_get_userbyid(relowner) AS owner FROM pg_class WHERE relnamespace = 'haven'::regnamespace
       UNION SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE pronamespace = 'haven'::regnamespace ORDER BY owner`,
      'staging',
    );
    expect(owners.map(({ owner }) => owner)).toEqual(['staging_owner', 'staging_reader', 'staging_upkeep']);

    const production = await startServer('production', 'haven');
    const staging = await startServer('staging', 'staging');
    const names = async (origin: string): Promise<string[]> => {
      const response = await fetch(`${origin}/api/v1/collections`);
      return (await response.json()).items.map(({ name }: { name: string }) => name);
    };
    for (const [origin, name] of [
      [production, 'orders'],
      [staging, 'drafts'],
    ] as const) {
      const request = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' };
      expect((await fetch(`${origin}/api/v1/collections/${name}`, request)).status).toBe(201);
    }
    expect([await names(production), await names(staging)]).toEqual([['orders'], ['drafts']]);

    const foreign = server.url('production', 'staging_app');
    await expect(sql(foreign, 'SELECT FROM haven.records')).rejects.toThrow('permission denied for schema haven');
    for (const role of ['haven_runtime', 'haven_reader', 'haven_upkeep', 'production_owner'])
      await expect(sql(foreign, `SET ROLE ${role}`)).rejects.toThrow('permission denied to set role');
    if (major < 16) return; // up to 15, CREATEROLE gives access to all roles
    const owner = server.url('production', 'staging_owner');
    await expect(sql(owner, 'SELECT FROM haven.records')).rejects.toThrow('permission denied for schema haven');
    await expect(sql(owner, 'GRANT haven_reader TO staging_owner')).rejects.toThrow('permission denied to grant role');
  });

  it('names the prefix of the database if another is configured', async () => {
    const advice = 'Set database.rolePrefix (HAVEN_DATABASE_ROLE_PREFIX) to "haven".';
    await expect(migrate(address('production', 'production_owner'), migrations, { roles: STAGING })).rejects.toThrow(
      advice,
    );
    const config = testConfig(['database.rolePrefix=staging']);
    await expect(requireRowSecurity(address('production', 'production_app'), config)).rejects.toThrow(advice);
  });

  it('shares the roles among databases of one owner', async () => {
    await asAdmin('CREATE DATABASE second TEMPLATE template0');
    await asAdmin('GRANT CREATE ON DATABASE second TO production_owner');
    await migrate(address('second', 'production_owner'), migrations);
    expect(await requireRowSecurity(address('second', 'production_app'), testConfig())).toBeUndefined();
  });

  it('needs no CREATEROLE if an administrator creates the roles as the error says', async () => {
    await createDatabase('plain', 'NOCREATEROLE');
    const options = { roles: databaseRoles('plain') };
    const failure: Error = await migrate(address('plain', 'plain_owner'), migrations, options).then(
      () => expect.fail('The migration must fail.'),
      (error: Error) => error,
    );
    const [, statements = ''] = /run as an administrator: (.*)$/.exec(failure.message) ?? [];
    expect(statements).toBe(
      'CREATE ROLE plain_runtime NOLOGIN NOINHERIT; CREATE ROLE plain_reader NOLOGIN NOINHERIT; ' +
        'CREATE ROLE plain_upkeep NOLOGIN NOINHERIT; GRANT plain_reader, plain_upkeep TO "plain_owner";',
    );
    await asAdmin(`${statements} GRANT plain_runtime TO plain_app`);
    await migrate(address('plain', 'plain_owner'), migrations, options);
    const config = testConfig(['database.rolePrefix=plain']);
    expect(await requireRowSecurity(address('plain', 'plain_app'), config)).toBeUndefined();
    const owner = server.url('production', 'plain_owner');
    await expect(sql(owner, 'GRANT haven_reader TO plain_owner')).rejects.toThrow(/permission denied|must have admin/);
  });

  async function startServer(name: string, rolePrefix: string): Promise<string> {
    const started = await Server.start(
      testConfig([
        `database.url=${server.url(name, `${name}_app`)}`,
        `database.migrationUrl=${server.url(name, `${name}_owner`)}`,
        `database.rolePrefix=${rolePrefix}`,
      ]),
    );
    onTestFinished(() => started.stop());
    return started.origin;
  }
}
