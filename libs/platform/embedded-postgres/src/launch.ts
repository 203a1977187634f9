import { spawn, type ChildProcess } from 'node:child_process';

import { identity, spawnOptions, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError, failure } from './embedded-postgres.error.js';
import { poll } from './poll.js';
import { findPostmaster, removeStalePidFile, type Postmaster } from './postmaster.js';
import { ServerLog } from './server-log.js';
import { PORT, removeStaleSocket } from './socket-directory.js';

const START_MS = 120_000;
const ORPHANS_MS = 10_000;

/** What a server is started with. */
export interface Launch {
  cluster: string;
  socketDir: string;
  logPath: string;
  binaries: Binaries;
  account: Account | null;
  connections?: number;
}

/**
 * Starts the server of a cluster that has none running, in a session of its own: neither the terminal's Ctrl-C nor
 * the end of this process reaches it. Crash recovery is waited for.
 */
export async function launch(order: Launch): Promise<Postmaster> {
  await removeStalePidFile(order.cluster);
  await removeStaleSocket(order.socketDir);
  const log = await ServerLog.open(order.logPath);
  try {
    const deadline = Date.now() + ORPHANS_MS;
    for (;;) {
      const outcome = await attempt(order, log);
      if (typeof outcome !== 'string') return outcome;
      // Server processes of a killed predecessor need a moment to end.
      if (outcome.includes('pre-existing shared memory block') && Date.now() < deadline) continue;
      throw failure(`PostgreSQL did not start; the end of its log (${order.logPath}):`, outcome, order.cluster);
    }
  } finally {
    await log.close();
  }
}

/** Waits until the server takes connections; null when `isRunning` says that it ended instead. */
export async function whenReady(cluster: string, isRunning: () => boolean): Promise<Postmaster | null> {
  const isSettled = async () => !isRunning() || (await findPostmaster(cluster))?.isReady === true;
  if (!(await poll(isSettled, START_MS))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL in ${cluster} is not ready after ${START_MS / 1000} s; if its log says that it recovers, wait and start Haven again.`,
    );
  }
  const found = await findPostmaster(cluster);
  return found?.isReady ? found : null;
}

/** The server, or why it ended at once. */
async function attempt(order: Launch, log: ServerLog): Promise<Postmaster | string> {
  const child = startPostmaster(order, log);
  let broken: Error | undefined;
  child.once('error', (error) => (broken = error));
  child.unref();
  const postmaster = await whenReady(
    order.cluster,
    () => !broken && child.exitCode === null && child.signalCode === null,
  );
  return postmaster ?? broken?.message ?? log.tail();
}

function startPostmaster({ cluster, socketDir, binaries, account, connections }: Launch, log: ServerLog): ChildProcess {
  const settings = [
    'listen_addresses=',
    `port=${PORT}`,
    `unix_socket_directories="${socketDir.replaceAll('"', '""')}"`,
    'unix_socket_permissions=0700',
    ...(connections === undefined ? [] : [`max_connections=${connections}`]),
  ];
  return spawn(binaries.postgres, ['-D', cluster, ...settings.flatMap((setting) => ['-c', setting])], {
    ...spawnOptions,
    ...identity(account),
    detached: true,
    stdio: ['ignore', log.descriptor, log.descriptor],
  });
}
