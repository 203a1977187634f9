import { Redis } from 'ioredis';

import type { ComponentHealth, Log } from '@haven/observability';

/** Time for which Redis is not used after a failure, in milliseconds: otherwise every request would wait for it. */
const COOLDOWN_MS = 1_000;

/** Maximum delay between attempts to reconnect, in milliseconds. */
const MAX_RECONNECT_MS = 1_000;

/** A Redis client for optional data: Haven keeps working if no server is configured or it is unavailable. */
export class OptionalRedis {
  readonly client: Redis | undefined;
  private retryAt = 0;
  private isFailureLogged = false;

  /** `purpose` is used in log messages. A command that takes longer than `timeout` milliseconds fails. */
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
      retryStrategy: (attempts) => Math.min(attempts * 50, MAX_RECONNECT_MS),
    });
    this.client.on('error', (error: Error) => this.recordFailure(error));
    this.client.on('ready', () => this.recordRecovery());
  }

  get isAvailable(): boolean {
    return this.client?.status === 'ready' && performance.now() >= this.retryAt;
  }

  /** State for `/health`. */
  report(): ComponentHealth {
    if (!this.client) return { status: 'not configured' };
    return { status: this.isAvailable ? 'up' : 'down' };
  }

  /** Stops using Redis for a while after a failure. Only the first failure is logged. */
  recordFailure(error: unknown): void {
    this.retryAt = performance.now() + COOLDOWN_MS;
    if (this.isFailureLogged) return;
    this.isFailureLogged = true;
    this.log.warn(`Redis is unavailable for ${this.purpose}: ${String(error)}`, OptionalRedis.name);
  }

  close(): void {
    this.client?.disconnect();
  }

  private recordRecovery(): void {
    this.retryAt = 0;
    if (this.isFailureLogged) this.log.log(`Redis is available for ${this.purpose} again.`, OptionalRedis.name);
    this.isFailureLogged = false;
  }
}
