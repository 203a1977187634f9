import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { EmbeddedPostgres, ensureDatabase } from '@haven/embedded-postgres';

import { type EmbeddedConnection } from '../../../../libs/platform/embedded-postgres/src/embedded-postgres.js';
import { poll } from '../../../../libs/platform/embedded-postgres/src/poll.js';
import { isPostmaster } from '../../../../libs/platform/embedded-postgres/src/postmaster.js';

const isRoot = process.getuid?.() === 0;
const scratch = mkdtempSync(join(tmpdir(), 'haven-embedded-'));
chmodSync(scratch, 0o755); // as root, the tests run PostgreSQL as another user
let directories = 0;

/** A data directory with a cluster whose server was stopped. Tests that do not create one copy it: initdb is slow. */
const original = newDataDir();

beforeAll(async () => {
  await (await EmbeddedPostgres.start({ dataDir: original })).stop();
});

afterAll(() => rmSync(scratch, { recursive: true }));

describe('an embedded server', () => {
  const dataDir = newDataDir();
  const cluster = join(dataDir, 'postgres');
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    copyCluster(dataDir);
    server = await EmbeddedPostgres.start({ dataDir });
  });

  it('listens on a private socket, and uses code-point order and UTC', async () => {
    expect(server.startedHere).toBe(true);
    expect(statSync(server.connection.host).mode & 0o077).toBe(0);
    expect(statSync(dataDir).mode & 0o007).toBe(0);
    expect(await ask(server.connection, "SELECT 'Z' < 'a' AND 'z' < 'é' AS answer")).toBe(true);
    expect(await ask(server.connection, 'SHOW timezone', 'TimeZone')).toBe('UTC');
    expect(await ask(server.connection, 'SHOW data_checksums', 'data_checksums')).toBe('on');
    expect(await ask(server.connection, 'SHOW listen_addresses', 'listen_addresses')).toBe('');
  });

  it('creates a database once for concurrent requests', async () => {
    const made = await Promise.all([1, 2, 3].map(() => ensureDatabase(server.connection, 'haven')));
    expect(made.map((connection) => connection.database)).toEqual(['haven', 'haven', 'haven']);
    expect(await ask(await ensureDatabase(server.connection, 'haven'), 'SELECT current_database() AS answer')).toBe(
      'haven',
    );
  });

  it('is shared by a second Haven and stopped by the last one', async () => {
    const second = await EmbeddedPostgres.start({ dataDir });
    expect(second.startedHere).toBe(false);
    await server.stop();
    expect(await ask(second.connection, 'SELECT 1 AS answer')).toBe(1);
    await second.stop();
    expect(existsSync(join(cluster, 'postmaster.pid'))).toBe(false);
    await second.stop();
  });

  it('starts even if postmaster.pid and the socket name the process of another program', async () => {
    const stranger = spawn('sleep', ['60'], strangerIdentity(cluster));
    const stale = `${stranger.pid}\n${cluster}\n1\n5432\n${server.connection.host}\n\n  1 1\nready   \n`;
    writeFileSync(join(cluster, 'postmaster.pid'), stale);
    writeFileSync(join(server.connection.host, '.s.PGSQL.5432.lock'), stale);
    const again = await EmbeddedPostgres.start({ dataDir });
    expect(again.startedHere).toBe(true);
    expect(await ask(await ensureDatabase(again.connection, 'haven'), 'SELECT current_database() AS answer')).toBe(
      'haven',
    );
    await again.stop();
    expect(stranger.kill()).toBe(true);
  });
});

describe('a Haven that was killed', () => {
  it('leaves its server running for the next one, which takes it over, says so, and stops it', async () => {
    const dataDir = copyCluster(newDataDir());
    const killed = havenProcess(dataDir);
    await onceStarted(killed);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const pid = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

    const { server: next, log } = await supervised(dataDir);
    const { server: other, log: unsaid } = await supervised(dataDir);
    expect(next.startedHere).toBe(false);
    expect(log).toEqual([
      `Took over PostgreSQL (pid ${pid}): the Haven process that used it was killed and left it running.`,
    ]);
    expect(unsaid).toEqual([]); // it shares the server with a living process
    expect(await ask(next.connection, 'SELECT 1 AS answer')).toBe(1);
    await other.stop();
    await next.stop();
    expect(isPostmaster(pid, join(dataDir, 'postgres'))).toBe(false);
  });

  it('together with its server does not prevent the next one from starting', async () => {
    const dataDir = copyCluster(newDataDir());
    const killed = havenProcess(dataDir);
    await onceStarted(killed);
    process.kill(Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL');
    killed.kill('SIGKILL');
    await once(killed, 'exit');

    const next = await EmbeddedPostgres.start({ dataDir });
    expect(next.startedHere).toBe(true);
    await next.stop();
  });

  it('during initdb leaves a draft or a partial cluster, which the next one removes', async () => {
    const dataDir = newDataDir();
    const killed = havenProcess(dataDir);
    expect(await poll(() => existsSync(dataDir) && drafts(dataDir).length === 1, 10_000)).toBe(true);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    mkdirSync(join(dataDir, 'postgres/base/1'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '18\n');

    const next = await EmbeddedPostgres.start({ dataDir });
    await next.stop();
    expect(drafts(dataDir)).toEqual([]);
  });
});

describe('two Havens that start at the same time', () => {
  it('create one cluster and share one server', async () => {
    const dataDir = newDataDir();
    const both = await Promise.all([EmbeddedPostgres.start({ dataDir }), EmbeddedPostgres.start({ dataDir })]);
    expect(both.map((server) => server.startedHere).sort()).toEqual([false, true]);
    await Promise.all(both.map((server) => server.stop()));
    expect(existsSync(join(dataDir, 'postgres/postmaster.pid'))).toBe(false);
  });
});

describe('a supervised server', () => {
  const dataDir = newDataDir();

  beforeAll(() => void copyCluster(dataDir));

  it('is started again at its address after each SIGKILL, and ends the processes that do not notice', async () => {
    const { server, log } = await supervised(dataDir);
    const busy = new Client(server.connection);
    busy.on('error', () => undefined); // the connection breaks
    await busy.connect();
    const orphan = await pidOf(busy);
    const statement = busy.query('SELECT count(*) FROM generate_series(1, 1000000000000)').catch(() => undefined);
    await whileRunning(server.connection, orphan);

    const first = await killPostmaster(server);
    await untilStarted(log, 1);
    await statement;
    expect(isExecuting(orphan)).toBe(false);
    expect(await ask(server.connection, 'SELECT 1 AS answer')).toBe(1);
    const second = await killPostmaster(server);
    await untilStarted(log, 2);
    expect(await ask(server.connection, 'SELECT 1 AS answer')).toBe(1);

    expect(log.filter((line) => line.includes('has ended'))).toEqual([
      `PostgreSQL (pid ${first}) has ended (SIGKILL). It is started in 100 ms.`,
      `PostgreSQL (pid ${second}) has ended (SIGKILL). It is started in 200 ms.`,
    ]);
    await server.stop();
    expect(existsSync(join(server.dataDir, 'postgres/postmaster.pid'))).toBe(false);
  });

  it('is started by one of the processes that share it', async () => {
    const [one, other] = [await supervised(dataDir), await supervised(dataDir)];
    await killPostmaster(one.server);
    expect(await poll(() => one.log.length === 2 && other.log.length === 2, 30_000)).toBe(true);
    const pid = postmasterOf(one.server);
    expect([one.log[1], other.log[1]].sort()).toEqual([
      `Another process has started PostgreSQL (pid ${pid}).`,
      `Started PostgreSQL (pid ${pid}).`,
    ]);
    await Promise.all([one.server.stop(), other.server.stop()]);
  });

  it('is not started again by a process that has stopped it', async () => {
    const stopped = await supervised(dataDir);
    await stopped.server.stop();
    const next = await supervised(dataDir);
    await killPostmaster(next.server);
    await untilStarted(next.log, 1);
    expect(stopped.log).toEqual([]);
    await next.server.stop();
  });

  it('is started with growing delays until it runs, and the log contains the end of its log', async () => {
    const { server, log } = await supervised(dataDir);
    const settings = join(server.dataDir, 'postgres/postgresql.conf');
    const valid = readFileSync(settings);
    writeFileSync(settings, 'shared_buffers = plenty\n', { flag: 'a' });
    await killPostmaster(server);
    expect(await poll(() => log.length === 3, 30_000)).toBe(true);
    writeFileSync(settings, valid);
    expect(log.map((line) => /It is started in (\d+) ms/.exec(line)?.[1])).toEqual(['100', '200', '400']);
    expect(log[2]).toMatch(/failure 3 in a row.*invalid value for parameter "shared_buffers"/s);
    await untilStarted(log, 1);
    await server.stop();
  });
});

describe('a data directory whose path is too long for a socket', () => {
  it('has its socket in the directory for temporary files', async () => {
    const dataDir = copyCluster(join(newDataDir(), 'a directory, "quoted" and very long'.repeat(4)));
    const server = await EmbeddedPostgres.start({ dataDir });
    expect(server.connection.host.startsWith(dataDir)).toBe(false);
    expect(statSync(server.connection.host).mode & 0o077).toBe(0);
    expect(await ask(server.connection, 'SELECT 1 AS answer')).toBe(1);
    await server.stop();
    rmSync(server.connection.host, { recursive: true });
  });
});

describe('an error message', () => {
  it('names both versions if the data is of another major version, and changes nothing', async () => {
    const dataDir = newDataDir();
    mkdirSync(join(dataDir, 'postgres'), { recursive: true });
    writeFileSync(join(dataDir, 'postgres/PG_VERSION'), '17\n');
    const before = execFileSync('find', [dataDir, '-printf', '%p %m %u %T@\n'], { encoding: 'utf8' });
    await expect(EmbeddedPostgres.start({ dataDir })).rejects.toThrow(
      /belongs to PostgreSQL 17, .* includes PostgreSQL 18; .*HAVEN_DATA_DIR/,
    );
    expect(execFileSync('find', [dataDir, '-printf', '%p %m %u %T@\n'], { encoding: 'utf8' })).toBe(before);
  });

  it('reports a data directory that is a file or below one', async () => {
    const file = newDataDir();
    writeFileSync(file, '');
    for (const dataDir of [file, join(file, 'below')]) {
      await expect(EmbeddedPostgres.start({ dataDir })).rejects.toThrow(
        /^The data directory .* is not a directory; set HAVEN_DATA_DIR/,
      );
    }
  });

  it('rejects a directory with other files or a damaged cluster, and keeps it', async () => {
    for (const keepsake of ['notes.txt', 'base/5/1259']) {
      const dataDir = newDataDir();
      mkdirSync(join(dataDir, 'postgres/base/5'), { recursive: true });
      writeFileSync(join(dataDir, 'postgres', keepsake), 'precious');
      await expect(EmbeddedPostgres.start({ dataDir })).rejects.toThrow('not a complete PostgreSQL cluster');
      expect(readFileSync(join(dataDir, 'postgres', keepsake), 'utf8')).toBe('precious');
    }
  });

  it('shows the end of the log if the server does not start', async () => {
    const dataDir = copyCluster(newDataDir());
    writeFileSync(join(dataDir, 'postgres/postgresql.conf'), 'shared_buffers = plenty\n', { flag: 'a' });
    await expect(EmbeddedPostgres.start({ dataDir })).rejects.toThrow(
      /did not start; the end of its log[^]*invalid value for parameter "shared_buffers"/,
    );
  });

  it.skipIf(isRoot)('reports a directory that is not writable', async () => {
    await expect(EmbeddedPostgres.start({ dataDir: '/haven-nowhere' })).rejects.toThrow(
      /^Haven may not write to .* \(EACCES\)/,
    );
  });
});

describe.runIf(isRoot)('a data directory below one that only root can access', () => {
  const closed = join(scratch, 'closed');
  const sharedDir = join(scratch, 'shared');

  it('is created in the shared directory with a symbolic link to it, and found there again', async () => {
    mkdirSync(closed, { mode: 0o700 });
    const server = await EmbeddedPostgres.start({ dataDir: join(closed, '.haven'), sharedDir });
    expect(server.dataDir.startsWith(join(sharedDir, '.haven-'))).toBe(true);
    expect(readlinkSync(join(closed, '.haven'))).toBe(server.dataDir);
    expect(statSync(server.dataDir).mode & 0o777).toBe(0o710);
    await server.stop();

    const again = await EmbeddedPostgres.start({ dataDir: join(closed, '.haven'), sharedDir });
    expect(again.dataDir).toBe(server.dataDir);
    await again.stop();
  });

  it('is not moved if it is not empty', async () => {
    const dataDir = join(closed, 'full');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'notes.txt'), 'precious');
    await expect(EmbeddedPostgres.start({ dataDir, sharedDir })).rejects.toThrow(/cannot enter .*HAVEN_DATA_DIR/);
    expect(readFileSync(join(dataDir, 'notes.txt'), 'utf8')).toBe('precious');
  });
});

/** Starts a server under supervision; `log` collects what the supervision reports. */
async function supervised(dataDir: string): Promise<{ server: EmbeddedPostgres; log: string[] }> {
  const server = await EmbeddedPostgres.start({ dataDir });
  const log: string[] = [];
  const report = (line: string): void => void log.push(line);
  server.supervise({ warn: report, error: report });
  return { server, log };
}

function postmasterOf({ dataDir }: EmbeddedPostgres): number {
  return Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
}

async function killPostmaster(server: EmbeddedPostgres): Promise<number> {
  const pid = postmasterOf(server);
  process.kill(pid, 'SIGKILL');
  expect(await poll(() => !isPostmaster(pid, join(server.dataDir, 'postgres')), 10_000)).toBe(true);
  return pid;
}

async function untilStarted(log: readonly string[], times: number): Promise<void> {
  const starts = (): number => log.filter((line) => line.startsWith('Started PostgreSQL')).length;
  expect(await poll(() => starts() === times, 30_000)).toBe(true);
}

/** Whether the process runs. One that has ended but was not reaped yet has no command line. */
function isExecuting(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && readFileSync(`/proc/${pid}/cmdline`, 'utf8') !== '';
}

async function pidOf(client: Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** Waits until the session executes a statement. */
async function whileRunning(connection: EmbeddedConnection, pid: number): Promise<void> {
  const isActive = `SELECT count(*)::int AS answer FROM pg_stat_activity WHERE pid = ${pid} AND query LIKE '%1000000000000%'`;
  expect(await poll(async () => (await ask(connection, isActive)) === 1, 10_000)).toBe(true);
}

function newDataDir(): string {
  directories += 1;
  return join(scratch, `${directories}`);
}

/** Copies the cluster to a new data directory, with the owners of all files, and returns that directory. */
function copyCluster(dataDir: string): string {
  mkdirSync(dirname(dataDir), { recursive: true });
  execFileSync('cp', ['-a', original, dataDir]);
  return dataDir;
}

async function ask(connection: EmbeddedConnection, sql: string, column = 'answer'): Promise<unknown> {
  const client = new Client(connection);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows[0]?.[column];
  } finally {
    await client.end();
  }
}

/**
 * Starts another EmbeddedPostgres in a separate process, which runs the TypeScript sources directly. Node can run them
 * if each import of a `.js` file is resolved to the `.ts` file.
 */
function havenProcess(dataDir: string): ChildProcess {
  const resolveSources = `import { registerHooks } from 'node:module';
    registerHooks({ resolve: (name, context, next) => next(name.startsWith('.') ? name.replace(/\\.js$/, '.ts') : name, context) });`;
  const main = `const { EmbeddedPostgres } = await import(${JSON.stringify(fileURLToPath(new URL('../../../../libs/platform/embedded-postgres/src/embedded-postgres.ts', import.meta.url)))});
    await EmbeddedPostgres.start({ dataDir: ${JSON.stringify(dataDir)} });
    process.stdout.write('started');
    setInterval(() => undefined, 60_000);`;
  const args = [
    '--import',
    `data:text/javascript,${encodeURIComponent(resolveSources)}`,
    '--input-type=module',
    '--eval',
    main,
  ];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function onceStarted(haven: ChildProcess): Promise<void> {
  if (haven.stdout) await once(haven.stdout, 'data');
}

/**
 * Returns the uid and gid with which to start an unrelated process, so that PostgreSQL takes it for a running server.
 * PostgreSQL makes that mistake only if the process runs as the same user as itself.
 */
function strangerIdentity(cluster: string): { uid?: number; gid?: number } {
  return isRoot ? { uid: statSync(cluster).uid, gid: statSync(cluster).gid } : {};
}

function drafts(dataDir: string): string[] {
  return execFileSync('ls', [dataDir], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name.includes('.draft-'));
}
