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
import { join } from 'node:path';
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

afterAll(() => rmSync(scratch, { recursive: true }));

describe('an embedded server', () => {
  const dataDir = newDataDir();
  const cluster = join(dataDir, 'postgres');
  let server: EmbeddedPostgres;

  beforeAll(async () => {
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
  it('leaves its server running for the next one, which stops it', async () => {
    const dataDir = newDataDir();
    const killed = havenProcess(dataDir);
    await onceStarted(killed);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const pid = Number(readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);

    const next = await EmbeddedPostgres.start({ dataDir });
    expect(next.startedHere).toBe(false);
    expect(await ask(next.connection, 'SELECT 1 AS answer')).toBe(1);
    await next.stop();
    expect(isPostmaster(pid, join(dataDir, 'postgres'))).toBe(false);
  });

  it('together with its server does not prevent the next one from starting', async () => {
    const dataDir = newDataDir();
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

describe('a data directory whose path is too long for a socket', () => {
  it('has its socket in the directory for temporary files', async () => {
    const dataDir = join(newDataDir(), 'a directory, "quoted" and very long'.repeat(4));
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
    const dataDir = newDataDir();
    await (await EmbeddedPostgres.start({ dataDir })).stop();
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

function newDataDir(): string {
  directories += 1;
  return join(scratch, `${directories}`);
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
