import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { Server } from '../../src/server.js';
import { startCluster } from '../support/cluster.js';
import type { Cluster } from '../support/cluster.js';
import { testConfig } from '../support/haven.js';

describe('database.passwordFile', () => {
  let cluster: Cluster;
  let file: string;
  let settings: string[];

  beforeAll(async () => {
    cluster = await startCluster();
    file = join(cluster.directory, 'password');
    settings = [
      'server.port=0',
      `database.url=${cluster.url('guard_app')}`,
      `database.migrationUrl=${cluster.url()}`,
      `database.passwordFile=${file}`,
    ];
    await cluster.owner.query("CREATE ROLE guard_app LOGIN PASSWORD 'first'; GRANT haven_runtime TO guard_app");
    const rules = join(cluster.dataDir, 'postgres/pg_hba.conf');
    await writeFile(rules, `local all guard_app scram-sha-256\n${await readFile(rules, 'utf8')}`);
    await cluster.owner.query('SELECT pg_reload_conf()');
  });
  afterAll(() => cluster?.stop());

  const connections = async (): Promise<number> => {
    const { rows } = await cluster.owner.query<{ count: number }>(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE usename = 'guard_app'",
    );
    return rows[0]?.count ?? 0;
  };
  const endConnections = async (): Promise<void> => {
    await cluster.owner.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'guard_app'");
  };

  it('causes a one-line error if the password is wrong or the file is missing', async () => {
    await expect(Server.start(testConfig(settings))).rejects.toThrow(
      /^The file with the database's password cannot be read \(ENOENT\)\.$/,
    );
    await writeFile(file, 'wrong');
    await expect(Server.start(testConfig(settings))).rejects.toThrow(/rejects the user or password of DATABASE_URL/);
  });

  it('is read again for each new connection', async () => {
    await writeFile(file, 'first\n');
    const server = await Server.start(testConfig(settings));
    try {
      const list = () => fetch(`${server.origin}/api/v1/collections`);
      expect((await list()).status).toBe(200);
      expect(await connections()).toBeGreaterThan(0);

      await cluster.owner.query("ALTER ROLE guard_app PASSWORD 'second'");
      expect((await list()).status, 'open connections go on').toBe(200);

      await endConnections();
      await vi.waitFor(async () => expect((await list()).status, 'the old password').toBe(503), { timeout: 30_000 });

      await writeFile(file, 'second\n');
      await vi.waitFor(async () => expect((await list()).status, 'the new password').toBe(200), { timeout: 30_000 });
    } finally {
      await server.stop();
    }
  });

  it('is rejected together with a password in the URL', () => {
    const url = cluster.url('guard_app').replace('guard_app', 'guard_app:secret');
    expect(() => testConfig([`database.url=${url}`, `database.passwordFile=${file}`])).toThrow(
      /database\.passwordFile: must not be set if database\.url contains a password; keep one of them/,
    );
    expect(() => testConfig([`database.passwordFile=${file}`])).toThrow(/requires database\.url/);
  });

  it('is not read unless it is set', async () => {
    await rm(file);
    const server = await Server.start(testConfig(['server.port=0', `database.url=${cluster.url()}`]));
    await server.stop();
  });
});
