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

/** How long a place stays empty after a worker died: twice as long after each death in a row, up to the longest. */
const SHORTEST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/** A worker that served so long did not die of its start. */
const STEADY_MS = 60_000;

/** How much longer than it was given a worker may take to stop. */
const STUCK_MS = 5_000;

/** A worker that serves, or is about to. */
interface WorkerHandle {
  readonly worker: Worker;
  readonly index: number;
  readonly report: Promise<WorkerMessage>;
  /** Tells why it ended. */
  readonly ended: Promise<number | string>;
}

/** A Haven of several processes that share a port: the parent has the database and keeps the workers running, they do everything else. */
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

  /** Opens and migrates the database and starts the workers; resolves when all serve, and leaves nothing running when one can not. */
  static async start(config: HavenConfig): Promise<Supervisor> {
    const supervisor = new Supervisor(await openMigrated(config), config);
    try {
      await supervisor.begin();
      return supervisor;
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
  }

  /** The directory of the embedded database; absent when the database is the operator's own. */
  get dataDir(): string | undefined {
    return this.database.dataDir;
  }

  /** Lets all workers finish what they do, then stops the database. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const { worker } of this.handles) sendToWorker(worker, 'stop');
    const { drainDelay, shutdownTimeout } = this.config.server;
    const stuck = setTimeout(() => this.kill(), drainDelay + shutdownTimeout + STUCK_MS);
    await Promise.all([...this.monitors, ...[...this.handles].map(({ ended }) => ended)]);
    clearTimeout(stuck);
    await this.database.stop();
  }

  private async begin(): Promise<void> {
    for (const advice of await workerAdvice(this.config, this.database.address)) this.log.warn(advice);
    const hands = Array.from({ length: workerCount(this.config) }, (_, index) => this.spawn(index));
    for (const report of await Promise.all(hands.map((hand) => hand.report))) {
      if ('failed' in report) throw new StartError(report.failed);
      this.origin = report.origin;
      this.firstKey ??= report.firstKey;
    }
    this.monitors = hands.map((hand) => this.monitor(hand));
  }

  private spawn(index: number): WorkerHandle {
    const worker = cluster.fork();
    const ended = once(worker, 'exit').then(([code, signal]: (number | string)[]) => signal ?? code ?? 0);
    const lost = ended.then((why): WorkerMessage => ({ failed: `A worker ended before it served (${why}).` }));
    const report = Promise.race([once(worker, 'message').then(([message]: WorkerMessage[]) => message ?? lost), lost]);
    const hand = { worker, index, report, ended };
    this.handles.add(hand);
    void ended.then(() => this.handles.delete(hand));
    const port = this.origin === '' ? this.config.server.port : Number(new URL(this.origin).port || 80);
    sendToWorker(worker, { address: this.database.address, port, index });
    return hand;
  }

  /** When the worker of a place ends unasked, another takes it. */
  private async monitor(handle: WorkerHandle): Promise<void> {
    for (let deaths = 1; ; deaths++) {
      const since = Date.now();
      const why = await handle.ended;
      if (this.stopping.signal.aborted) return;
      if (Date.now() - since > STEADY_MS) deaths = 1;
      const wait = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** (deaths - 1));
      this.log.error(`Worker ${handle.worker.id} ended (${why}); another starts in ${wait} ms.`);
      await delay(wait, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      handle = this.spawn(handle.index);
      void this.accept(handle);
    }
  }

  private async accept({ worker, report }: WorkerHandle): Promise<void> {
    const heard = await report;
    if ('failed' in heard) this.log.error(`Worker ${worker.id} can not serve: ${heard.failed}`);
    else this.log.pino.info(`Worker ${worker.id} serves.`);
  }

  private kill(): void {
    this.log.warn('Workers that did not stop in time were killed.');
    for (const { worker } of this.handles) worker.process.kill('SIGKILL');
  }
}

/** One that has just died hears nothing, and its end is heard elsewhere. */
function sendToWorker(worker: Worker, message: SupervisorMessage): void {
  worker.send(message, () => undefined);
}
