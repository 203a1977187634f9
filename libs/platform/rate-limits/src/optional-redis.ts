import { Redis } from 'ioredis';

import type { Log } from '@haven/observability';

/** So long Redis is not asked again after it has failed: otherwise every request would wait for it. */
const REST_MS = 1_000;
const LONGEST_RECONNECT_MS = 1_000;

/** A Redis that Haven can do without, if there is one, and whether it can be asked just now. */
export class OptionalRedis {
  readonly client: Redis | undefined;
  private restsUntil = 0;
  private isMissed = false;

  /** `purpose` is what the log says it is asked for; a command that takes longer than `timeout` milliseconds has failed. */
  constructor(
    { url, timeout }: { url: string | undefined; timeout: number },
    private readonly purpose: string,
    private readonly log: Log,
  ) {
    if (url === undefined) return;
    this.client = new Redis(url, {
      enableOfflineQueue: false,
      commandTimeout: timeout,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempts) => Math.min(attempts * 50, LONGEST_RECONNECT_MS),
    });
    this.client.on('error', (error: Error) => this.recordFailure(error));
    this.client.on('ready', () => this.recordRecovery());
  }

  get isAvailable(): boolean {
    return this.client?.status === 'ready' && performance.now() >= this.restsUntil;
  }

  /** Redis has failed; it is said once. */
  recordFailure(error: unknown): void {
    this.restsUntil = performance.now() + REST_MS;
    if (this.isMissed) return;
    this.isMissed = true;
    this.log.warn(`Redis can not be asked for ${this.purpose}: ${String(error)}`, OptionalRedis.name);
  }

  close(): void {
    this.client?.disconnect();
  }

  private recordRecovery(): void {
    this.restsUntil = 0;
    if (this.isMissed) this.log.log(`Redis can be asked for ${this.purpose} again.`, OptionalRedis.name);
    this.isMissed = false;
  }
}
