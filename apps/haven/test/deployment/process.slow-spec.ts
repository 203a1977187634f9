import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { migrate } from '@haven/database';

import { migrations } from '../../src/migrations/index.js';
import { at, haven } from '../support/process.js';
import { openTestDatabase } from '../support/test-database.js';
import type { TestDatabase } from '../support/test-database.js';

/** The advisory lock that Haven takes before it migrates. */
const MIGRATION_LOCK = 4_283_650_001;
const NAMES = migrations.map(({ name }) => name);
const PATIENCE = { timeout: 60_000, interval: 20 };

let database: TestDatabase;

const rows = async (sql: string, values: unknown[] = []): Promise<any[]> =>
  (await database.owner.query(sql, values)).rows;

/** Returns the status of a response over a new connection, or the code with which the connection failed. */
const statusOf = async (address: string): Promise<number | string> => {
  const asked = request(address, { agent: false }).end();
  const status = once(asked, 'response').then(([answer]: IncomingMessage[]) => answer?.resume().statusCode ?? 0);
  return status.catch((error: NodeJS.ErrnoException) => error.code ?? '');
};

afterEach(async () => {
  await database.drop();
});

describe('on an empty database', () => {
  beforeEach(async () => {
    database = await openTestDatabase('template0');
  });

  it('migrates with a separate command, after which there is nothing to migrate', async () => {
    const report = NAMES.map((name) => `Migrated: ${name}\n`).join('');
    expect(await haven(['migrate'], at(database.address)).ended).toEqual({ code: 0, stdout: report, stderr: '' });
    const again = await haven(['migrate'], at(database.address)).ended;
    expect(again).toEqual({ code: 0, stdout: 'The database is up to date.\n', stderr: '' });
  });

  it('migrates once when two start at the same time', async () => {
    await rows('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const both = [haven(['start'], at(database.address)), haven(['start'], at(database.address))];
    await Promise.all(both.map(({ child }) => printed(child, /The migration has waited 1 s for a lock/)));
    await rows('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    for (const { origin } of both) expect(await statusOf(`${await origin}/readyz`)).toBe(200);
    expect((await rows('SELECT name FROM haven.migrations ORDER BY id')).map(({ name }) => name)).toEqual(NAMES);
    for (const { child, ended } of both) {
      child.kill('SIGTERM');
      expect(await ended).toMatchObject({ code: 0, stderr: '' });
    }
  });
});

describe('while another session holds a lock that migrations need', () => {
  beforeEach(async () => {
    database = await openTestDatabase('template0');
    await rows("SET application_name = 'the holder'");
  });

  it('logs whom it waits for, and SIGTERM ends the wait', async () => {
    await rows('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const { child, ended } = haven(['start'], at(database.address));
    const [{ pid }] = await rows('SELECT pg_backend_pid() AS pid');
    await printed(child, new RegExp(`held by \\\\"the holder\\\\" \\(pid ${pid}, .*connected since 20`));
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('exits with a message when the time is over', async () => {
    await rows('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const settings = { ...at(database.address), HAVEN_DATABASE_MIGRATION_LOCK_TIMEOUT: '1s' };
    const [{ pid }] = await rows('SELECT pg_backend_pid() AS pid');
    const [started, migrated] = await Promise.all([
      haven(['start'], settings).ended,
      haven(['migrate'], settings).ended,
    ]);
    for (const { code, stderr } of [started, migrated]) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The migration has waited 1 s for a lock that is still held by "the holder" \(pid /m);
      expect(stderr).toContain(`SELECT pg_terminate_backend(${pid});`);
    }
  });

  it('continues when the transaction that uses its table has ended', async () => {
    await migrate(database.address, migrations.slice(0, 2));
    await rows('BEGIN; LOCK TABLE haven.events IN ACCESS SHARE MODE');
    const { child, ended, origin } = haven(['start'], at(database.address));
    await printed(child, /has waited [4-9] s .*in a transaction since 20/); // the first attempt fails after 3 s
    await rows('COMMIT');
    expect(await statusOf(`${await origin}/readyz`)).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('on a migrated database', () => {
  beforeEach(async () => {
    database = await openTestDatabase();
  });

  it('creates the first key once for all processes, shows it once, and rejects requests without a key', async () => {
    const production = { ...at(database.address), HAVEN_ENV: 'production', HAVEN_SERVER_DRAIN_DELAY: '0s' };
    const both = [haven(['start'], production), haven(['start'], production)];
    const origins = await Promise.all(both.map(({ origin }) => origin));
    for (const origin of origins) expect(await statusOf(`${origin}/api/v1/collections`)).toBe(401);
    for (const { child } of both) child.kill('SIGTERM');
    const said = (await Promise.all(both.map(({ ended }) => ended))).map(({ stdout }) => stdout).join('');
    const [key = '', ...others] = said.match(/hvn_[0-9a-f]{16}_[0-9a-f]{64}/g) ?? [];
    expect(others).toEqual([]);

    const later = haven(['start'], production);
    const answer = await fetch(`${await later.origin}/api/v1/tenants`, { headers: { authorization: `Bearer ${key}` } });
    expect(await answer.json()).toMatchObject({ items: [{ name: 'default' }] });
    later.child.kill('SIGTERM');
    expect((await later.ended).stdout).not.toContain('hvn_');
  });

  it('reports in one line that the port is in use, and exits with 0 on a signal when no request is running', async () => {
    const one = haven(['start'], at(database.address));
    const { port } = new URL(await one.origin);
    const second = await haven(['start'], { ...at(database.address), PORT: port }).ended;
    expect(second).toMatchObject({ code: 1, stderr: `Port ${port} is in use; set PORT to another.\n` });

    const other = haven(['start'], at(database.address));
    await other.origin;
    for (const [{ child, ended }, signal] of [
      [one, 'SIGTERM'],
      [other, 'SIGINT'],
    ] as const) {
      child.kill(signal);
      const isQuiet = { code: 0, stderr: '', stdout: expect.not.stringContaining('aborted') };
      expect(await ended, signal).toMatchObject(isQuiet);
    }
  });

  it('finishes running requests: it is unready at once, then stops listening, and exits with 0 after the last response', async () => {
    const settings = { ...at(database.address), HAVEN_SERVER_DRAIN_DELAY: '2s', HAVEN_LIMITS_IMPORT_BATCH: '1' };
    const { child, ended, origin } = haven(['start'], settings);
    const readiness = `${await origin}/readyz`;
    await fetch(`${await origin}/api/v1/collections/movies`, { method: 'PUT', body: '{}', headers: JSON_BODY });
    const transfer = beginImport(`${await origin}/api/v1/collections/movies/import`);
    transfer.write('{"n":1}\n{"n":2}\n');
    await vi.waitFor(async () => expect(await rows('SELECT FROM haven.events')).not.toHaveLength(0), PATIENCE);

    child.kill('SIGTERM');
    await vi.waitFor(async () => expect(await statusOf(readiness)).toBe(503), PATIENCE);
    await vi.waitFor(async () => expect(await statusOf(readiness)).toBe('ECONNREFUSED'), PATIENCE);
    transfer.end('{"n":3}\n');
    const [answer]: IncomingMessage[] = await once(transfer, 'response');
    expect(answer && (await json(answer))).toMatchObject({ imported: 3, failed: 0 });
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(await rows('SELECT FROM haven.events')).toHaveLength(3);
  });
});

/** Resolves when the process has printed a line that matches. */
function printed({ stdout }: ChildProcess, pattern: RegExp): Promise<void> {
  let text = '';
  return new Promise((done) => {
    stdout?.on('data', (chunk) => {
      text += chunk;
      if (pattern.test(text)) done();
    });
  });
}

const JSON_BODY = { 'content-type': 'application/json' };

function beginImport(address: string): ClientRequest {
  return request(address, { method: 'POST', agent: false, headers: { 'content-type': 'application/x-ndjson' } });
}
