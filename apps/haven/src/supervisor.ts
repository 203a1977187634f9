import cluster from 'node:cluster';
import type { Worker } from 'node:cluster';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { HavenConfig } from '@haven/config';
import { Log } from '@haven/observability';

import { openMigrated } from './database.js';
import type { OpenDatabase } from './database.js';
import { StartError } from './start-error.js';
import { workerAdvice } from './worker-advice.js';
import { workerCount } from './worker-count.js';
import type { SupervisorMessage, WorkerMessage } from './worker.js';

/** Delay before a worker is replaced. It doubles after each failure in a row, up to the maximum. */
const MIN_RESTART_DELAY_MS = 100;
const MAX_RESTART_DELAY_MS = 30_000;

/** Uptime after which the end of a worker counts as its first failure again, whatever happened before. */
const STABLE_MS = 60_000;

/** Time that a worker may exceed its shutdown timeout before it is killed. */
const STOP_GRACE_MS = 5_000;

/** A worker that serves or is starting. */
interface WorkerHandle {
  readonly worker: Worker;
  readonly index: number;
  readonly report: Promise<WorkerMessage>;
  /** Resolves with the exit code or the signal that ended the worker. */
  readonly ended: Promise<number | string>;
}

/**
 * Runs Haven as several processes that share a port. The parent opens the database and replaces workers that end; the
 * workers do everything else.
 */
export class Supervisor {
  private readonly handles = new Set<WorkerHandle>();
  private readonly stopping = new AbortController();
  private monitors: Promise<void>[] = [];
  origin = '';
  firstKey: string | null = null;

  private constructor(
    private readonly database: OpenDatabase,
    private readonly config: HavenConfig,
    readonly log = new Log(config),
  ) {}

  /**
   * Opens and migrates the database and starts the workers. Resolves when all of them serve. If one cannot, fails and
   * leaves nothing running. If `signal` is aborted, migrations end.
   */
  static async start(config: HavenConfig, signal?: AbortSignal): Promise<Supervisor> {
    const supervisor = new Supervisor(await openMigrated(config, signal), config);
    try {
      await supervisor.begin();
      return supervisor;
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
  }

  /** Data directory of the embedded database; absent if the operator provides the database. */
  get dataDir(): string | undefined {
    return this.database.dataDir;
  }

  /** Lets all workers finish their requests, then stops the database. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { worker } of this.handles) sendToWorker(worker, 'stop');
    const { drainDelay, shutdownTimeout } = this.config.server;
    const killTimer = setTimeout(() => this.kill(), drainDelay + shutdownTimeout + STOP_GRACE_MS);
    await Promise.all([...this.monitors, ...[...this.handles].map(({ ended }) => ended)]);
    clearTimeout(killTimer);
    await this.database.stop();
  }

  private async begin(): Promise<void> {
    for (const advice of await workerAdvice(this.config, this.database.address)) this.log.warn(advice);
    const handles = Array.from({ length: workerCount(this.config) }, (_, index) => this.spawn(index));
    for (const report of await Promise.all(handles.map((handle) => handle.report))) {
      if ('failed' in report) throw new StartError(report.failed);
      this.origin = report.origin;
      this.firstKey ??= report.firstKey;
    }
    this.monitors = handles.map((handle) => this.monitor(handle));
  }

  private spawn(index: number): WorkerHandle {
    const worker = cluster.fork();
    const ended = once(worker, 'exit').then(([code, signal]: (number | string)[]) => signal ?? code ?? 0);
    const lost = ended.then((why): WorkerMessage => ({ failed: `A worker ended during its start (${why}).` }));
    const report = Promise.race([once(worker, 'message').then(([message]: WorkerMessage[]) => message ?? lost), lost]);
    const handle = { worker, index, report, ended };
    this.handles.add(handle);
    void ended.then(() => this.handles.delete(handle));
    const port = this.origin === '' ? this.config.server.port : Number(new URL(this.origin).port || 80);
    sendToWorker(worker, { address: this.database.address, port, index });
    return handle;
  }

  /** Replaces a worker whenever it ends, until the supervisor stops. */
  private async monitor(handle: WorkerHandle): Promise<void> {
    for (let failures = 1; ; failures++) {
      const since = Date.now();
      const why = await handle.ended;
      if (this.stopping.signal.aborted) return;
      if (Date.now() - since > STABLE_MS) failures = 1;
      const wait = Math.min(MAX_RESTART_DELAY_MS, MIN_RESTART_DELAY_MS * 2 ** (failures - 1));
      this.log.error(`Worker ${handle.worker.id} ended (${why}); another starts in ${wait} ms.`);
      await delay(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      handle = this.spawn(handle.index);
      void this.accept(handle);
    }
  }

  private async accept({ worker, report }: WorkerHandle): Promise<void> {
    const message = await report;
    if ('failed' in message) this.log.error(`Worker ${worker.id} cannot serve: ${message.failed}`);
    else this.log.pino.info(`Worker ${worker.id} serves.`);
  }

  private kill(): void {
    this.log.warn('Workers that did not stop in time were killed.');
    for (const { worker } of this.handles) worker.process.kill('SIGKILL');
  }
}

/**
 * Sends a message to a worker. Ignores errors: a worker that has just ended cannot receive messages, and `ended`
 * reports its end.
 */
function sendToWorker(worker: Worker, message: SupervisorMessage): void {
  worker.send(message, () => undefined);
}
