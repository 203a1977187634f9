import type { HavenConfig } from '@haven/config';

const MAX_TICK_MS = 250;
const MIN_TICK_MS = 10;

/** A connection as the watch sees it. */
export interface WatchedConnection {
  /** Identifies the pool that the connection belongs to. */
  readonly pool: object;
  /** Whether no response is due and no transaction is open. */
  readonly isIdle: boolean;
  /** Time in milliseconds without a byte from the server while a response is due. */
  readonly silence: number;
  /** Time in milliseconds without a byte from the server, whether or not a response is due. */
  readonly quiet: number;
  /** Advances the times by `elapsed` milliseconds. Returns whether a response is overdue. */
  isOverdueAfter(elapsed: number): boolean;
  /** Closes the connection at once. Statements that wait for a response fail. */
  destroy(silence: number): void;
}

/**
 * Measures how long the database has sent nothing on each connection of this process, and closes connections that are
 * silent for too long: a network that drops packets reports no error, and the driver would wait for hours.
 *
 * Silence is counted in ticks of a timer, not by the clock. While the event loop is blocked or the process is
 * suspended, no tick passes, so that responses that have already arrived are read first.
 */
export class ConnectionWatch {
  private static readonly watches = new WeakMap<HavenConfig, ConnectionWatch>();

  readonly responseTimeout: number;
  readonly statementTimeout: number;
  private readonly clients = new Set<WatchedConnection>();
  private readonly tickMs: number;
  private timer: NodeJS.Timeout | undefined;
  private abandoned = false;

  private constructor({ database }: HavenConfig) {
    this.responseTimeout = database.responseTimeout;
    this.statementTimeout = database.statementTimeout;
    this.tickMs = Math.max(MIN_TICK_MS, Math.min(MAX_TICK_MS, Math.floor(this.responseTimeout / 20)));
  }

  /** Returns the watch of the application with this configuration. */
  static of(config: HavenConfig): ConnectionWatch {
    const known = ConnectionWatch.watches.get(config);
    if (known) return known;
    const created = new ConnectionWatch(config);
    ConnectionWatch.watches.set(config, created);
    return created;
  }

  /** Whether all connections were abandoned, so that no new ones may be opened. */
  get isAbandoned(): boolean {
    return this.abandoned;
  }

  /** Time in milliseconds for which the oldest unanswered round trip has had no response; 0 if there is none. */
  get longestSilence(): number {
    return Math.max(0, ...[...this.clients].map(({ silence }) => silence));
  }

  add(client: WatchedConnection): void {
    this.clients.add(client);
    this.timer ??= setInterval(() => this.tick(), this.tickMs).unref();
  }

  remove(client: WatchedConnection): void {
    this.clients.delete(client);
    if (this.clients.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /**
   * Closes the idle connections of the same pool that have received nothing since the round trip was sent that `client`
   * still waits for. They probably lead nowhere either, and a new connection shows whether the database responds.
   */
  closeIdleSince(client: WatchedConnection): void {
    for (const other of this.clients)
      if (other !== client && other.pool === client.pool && other.isIdle && other.quiet >= client.silence)
        other.destroy(0);
  }

  /** Closes all connections at once and prevents new ones: the process stops and the database does not respond. */
  abandon(): void {
    this.abandoned = true;
    for (const client of this.clients) client.destroy(client.silence);
  }

  private tick(): void {
    for (const client of this.clients) {
      if (!client.isOverdueAfter(this.tickMs)) continue;
      this.closeIdleSince(client);
      client.destroy(client.silence);
    }
  }
}
