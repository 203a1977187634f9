import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Interval between two checks whether the server runs. Without /proc, each check starts a program. */
const CHECK_MS = existsSync('/proc/self/cmdline') ? 100 : 2_000;

/** Delay before a start. It doubles after each failure in a row, up to the maximum. */
const MIN_DELAY_MS = 100;
const MAX_DELAY_MS = 30_000;

/** Uptime after which the next end of the server counts as the first failure again. */
const STABLE_MS = 60_000;

/** Number of failures in a row from which on the log contains the end of PostgreSQL's own log. */
const REPEATED = 3;

/** Free space below which the disk is mentioned as a possible reason: the size of four segments of the WAL. */
const SCARCE_BYTES = 64 * 1024 * 1024;

/** Where the supervision reports each end and each start of the server. */
export interface SupervisionLog {
  warn(line: string): void;
  error(line: string): void;
}

/** A server that can be checked and started again. */
export interface SupervisedServer {
  dataDir: string;
  /** Whether the server that was last started or found is running. */
  isRunning(): boolean;
  /** Returns a sentence that names the process and, if known, how it ended. */
  describeEnd(): Promise<string>;
  /** Returns the last lines that the server has logged. */
  logTail(): Promise<string>;
  /**
   * Starts the server, unless another process has already done it. Returns a sentence about the result, or null if
   * `signal` was aborted before.
   */
  restart(signal: AbortSignal): Promise<string | null>;
}

/** Starts the server again whenever it has ended, until the supervision is stopped. */
export class Supervision {
  private readonly server: SupervisedServer;
  private readonly log: SupervisionLog;
  private readonly stopping = new AbortController();

  constructor(server: SupervisedServer, log: SupervisionLog) {
    this.server = server;
    this.log = log;
    void this.run();
  }

  stop(): void {
    this.stopping.abort();
  }

  private async run(): Promise<void> {
    let failures = 0;
    let since = Date.now();
    while (await this.wait(CHECK_MS)) {
      if (this.server.isRunning()) continue;
      if (Date.now() - since > STABLE_MS) failures = 0;
      failures = await this.recover(failures + 1);
      since = Date.now();
    }
  }

  /** Tries to start the server until it runs or the supervision is stopped. Returns the number of failures in a row. */
  private async recover(failures: number): Promise<number> {
    let reason = await this.server.describeEnd();
    for (; ; failures++) {
      const delay = Math.min(MAX_DELAY_MS, MIN_DELAY_MS * 2 ** (failures - 1));
      this.log.error(`${reason} It is started in ${delay} ms.${await this.details(failures)}`);
      if (!(await this.wait(delay))) return failures;
      try {
        const result = await this.server.restart(this.stopping.signal);
        if (result !== null) this.log.warn(result);
        return failures;
      } catch (error) {
        if (this.stopping.signal.aborted) return failures;
        reason = `PostgreSQL could not be started: ${error instanceof Error ? error.message : String(error)}`;
      }
    }
  }

  private async details(failures: number): Promise<string> {
    const details = [await this.scarcity()];
    if (failures >= REPEATED) {
      const tail = await this.server.logTail().catch(() => ''); // the log cannot be read while no file can be opened
      details.push(` This was failure ${failures} in a row. The end of PostgreSQL's log:\n${tail}`);
    }
    return details.join('');
  }

  /** PostgreSQL cannot write the reason to its log while the disk is full. */
  private async scarcity(): Promise<string> {
    const space = await statfs(this.server.dataDir).catch(() => undefined);
    if (!space || space.bavail * space.bsize >= SCARCE_BYTES) return '';
    return ` The disk of ${this.server.dataDir} has only ${space.bavail * space.bsize} bytes free; free some space.`;
  }

  /** Returns false if the supervision was stopped. Does not keep the process running. */
  private async wait(milliseconds: number): Promise<boolean> {
    const { signal } = this.stopping;
    await sleep(milliseconds, undefined, { signal, ref: false }).catch(() => undefined); // aborted by `stop`
    return !signal.aborted;
  }
}
