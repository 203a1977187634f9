import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { identity, spawnOptions, type Account } from './account.js';
import type { Binaries } from './binaries.js';
import { EmbeddedPostgresError, failure } from './embedded-postgres.error.js';
import { poll } from './poll.js';
import { findPostmaster, removeStalePidFile, type Postmaster } from './postmaster.js';
import { ServerLog } from './server-log.js';
import { endOrphans } from './server-processes.js';
import { PORT, removeStaleSocket } from './socket-directory.js';

const START_MS = 120_000;
const ORPHANS_MS = 10_000;
const ORPHANS_INTERVAL_MS = 100;

/** Options for starting a server. */
export interface Launch {
  cluster: string;
  socketDir: string;
  logPath: string;
  binaries: Binaries;
  account: Account | null;
  connections?: number;
  log: (line: string) => void;
  /** Ends the wait for a server that is starting. The server itself is not stopped. */
  signal?: AbortSignal;
}

/**
 * Starts the server of a cluster, and waits until it is ready, which may include crash recovery. Call it only if no
 * server of the cluster is running. The server gets its own session, so that neither Ctrl-C in the terminal nor the end
 * of this process stops it.
 */
export async function launch(options: Launch): Promise<Postmaster> {
  await endOrphans(options.cluster, options.log);
  await removeStalePidFile(options.cluster);
  await removeStaleSocket(options.socketDir);
  const log = await ServerLog.open(options.logPath);
  try {
    const deadline = Date.now() + ORPHANS_MS;
    for (;;) {
      const outcome = await attempt(options, log);
      if (typeof outcome !== 'string') return outcome;
      if (outcome.includes('pre-existing shared memory block') && Date.now() < deadline) {
        await sleep(ORPHANS_INTERVAL_MS); // processes that outlived a killed postmaster need a moment to end
        continue;
      }
      throw failure(`PostgreSQL did not start; the end of its log (${options.logPath}):`, outcome, options.cluster);
    }
  } finally {
    await log.close();
  }
}

/** Waits until the server accepts connections; returns null if `isRunning` reports that it has ended instead. */
export async function whenReady(cluster: string, isRunning: () => boolean): Promise<Postmaster | null> {
  const isSettled = async () => !isRunning() || (await findPostmaster(cluster))?.isReady === true;
  if (!(await poll(isSettled, START_MS))) {
    throw new EmbeddedPostgresError(
      `PostgreSQL in ${cluster} is not ready after ${START_MS / 1000} s; ` +
        'if its log says that it is in recovery, wait and start Haven again.',
    );
  }
  const found = await findPostmaster(cluster);
  return found?.isReady ? found : null;
}

/** Starts the server; returns it, or the reason why it ended immediately. */
async function attempt(options: Launch, log: ServerLog): Promise<Postmaster | string> {
  const child = startPostmaster(options, log);
  let broken: Error | undefined;
  child.once('error', (error) => (broken = error));
  child.unref();
  const postmaster = await whenReady(
    options.cluster,
    () => !broken && child.exitCode === null && child.signalCode === null && options.signal?.aborted !== true,
  );
  return postmaster ? { ...postmaster, child } : (broken?.message ?? log.tail());
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
