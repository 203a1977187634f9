import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

/** A PgBouncer in front of a PostgreSQL server that listens on a Unix socket. */
export interface PgBouncer {
  port: number;
  /** Returns the URL of a database through the pooler. */
  url(database: string): string;
  stop(): Promise<void>;
}

/** How to connect to the server behind the pooler. */
export interface PooledServer {
  host: string;
  port: number;
  user: string;
}

/**
 * Starts a PgBouncer for all databases of a server, with PgBouncer's defaults except for the number of clients, because
 * many test files run at a time. `settings` are lines of its configuration, such as `pool_mode = transaction`.
 */
export async function startPgBouncer(
  program: string,
  { host, port: serverPort, user }: PooledServer,
  settings: readonly string[],
): Promise<PgBouncer> {
  const directory = mkdtempSync(join(tmpdir(), 'haven-pgbouncer-'));
  const port = await freePort();
  const [users, file] = [join(directory, 'users'), join(directory, 'pgbouncer.ini')];
  writeFileSync(users, `"${user}" ""\n`);
  writeFileSync(
    file,
    `[databases]
* = host=${host} port=${serverPort}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
max_client_conn = 2000
${settings.join('\n')}
`,
  );
  // PgBouncer refuses to run as root, and only the owner of the socket's directory may use it.
  const { uid, gid } = statSync(host);
  for (const path of [directory, users, file]) chownSync(path, uid, gid);
  const child = spawn(program, [file], { uid, gid, stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => (log = `${log}${chunk}`.slice(-10_000)));
  const url = (database: string): string => `postgres://${user}@127.0.0.1:${port}/${database}`;
  while (!(await canConnect(url('postgres')))) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended: ${log}`);
    await sleep(20);
  }
  return {
    port,
    url,
    stop: async () => {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM'); // at once, unlike SIGINT
      await ended;
    },
  };
}

/** Path of PgBouncer, if it is installed. */
export function findPgBouncer(): string | undefined {
  const paths = [process.env['HAVEN_TEST_PGBOUNCER'], 'pgbouncer', '/usr/sbin/pgbouncer'];
  return paths.find((path) => path && spawnSync(path, ['--version']).error === undefined);
}

async function canConnect(connectionString: string): Promise<boolean> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
