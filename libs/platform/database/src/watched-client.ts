import type { Socket } from 'node:net';

import pg from 'pg';
import type { ClientBase, Connection } from 'pg';
import { serialize } from 'pg-protocol';

import type { ConnectionWatch, WatchedConnection } from './connection-watch.js';
import { DatabaseClient } from './database-client.js';
import type { DatabaseClientConfig } from './database-client.js';

/** Time without a byte from the server after which the next statement is preceded by an empty round trip. */
const PROBE_AFTER_MS = 1_000;

/** Interval of empty round trips on an idle connection with `heartbeat`. */
const HEARTBEAT_MS = 5_000;

/** Options of a connection that is closed if the server does not respond in time. */
export interface WatchedClientConfig extends DatabaseClientConfig {
  readonly watch: ConnectionWatch;
  /** Whether to check the connection while it is idle, because it waits for notifications or holds a lock. */
  readonly heartbeat?: boolean;
  /** Whether a pooler may run each transaction in another session of PostgreSQL. */
  readonly sharesSessions?: boolean;
}

/** Fails the statements of a connection on which the server has not responded in time. */
class ResponseTimeout extends Error {
  override readonly name = 'ResponseTimeout';
  readonly code = 'ETIMEDOUT';

  constructor(silence: number) {
    super(`Connection terminated: PostgreSQL has not responded for ${silence} ms.`);
  }
}

/** Members of the driver's client that its types do not declare. */
interface ClientInternals {
  readonly connection: { readonly stream: Socket };
  readonly _activeQuery: unknown;
  readonly _sentQueryQueue: readonly unknown[];
  readonly _ending: boolean;
}

/**
 * A connection that is closed if the server does not respond in time; all statements on it then fail. A statement may
 * run for `database.statementTimeout`, so its response may take that long and `database.responseTimeout` on top. Where
 * a response must come at once, `database.responseTimeout` is the limit: on a connection that short statements share,
 * for BEGIN, and for the empty round trip that precedes a statement on a connection that was idle.
 *
 * `query` and `end` return `never`, which is assignable to the results of all overloads of the driver's methods.
 */
export class WatchedClient extends DatabaseClient implements WatchedConnection {
  silence = 0;
  quiet = 0;
  /** Limit of {@link silence} in milliseconds while the connection is shared; undefined while one caller holds it. */
  sharedLimit: number | undefined;
  private isOpen = false;
  private promptResponseDue = false;
  private wasBusy = false;
  private bytesRead = 0;
  private bytesWritten = 0;

  constructor(private readonly options: WatchedClientConfig) {
    super(options);
    const { watch } = options;
    this.on('error', () => undefined); // the statements on the connection fail too, and report the error
    this.once('connect', () => {
      this.isOpen = true;
      watch.add(this);
      if (watch.isAbandoned) this.destroy(0);
    });
    this.once('end', () => {
      this.isOpen = false;
      watch.remove(this);
    });
  }

  get isIdle(): boolean {
    return !this.isBusy && this.getTransactionStatus() === 'I';
  }

  /** A pool passes the same object with options to each of its connections. */
  get pool(): object {
    return this.options;
  }

  /** Whether everything that is set or prepared on the connection is still there in the next transaction. */
  get keepsSession(): boolean {
    return !this.options.sharesSessions;
  }

  /** The next byte from the server is due within `database.responseTimeout`, whatever the statements are. */
  expectPromptResponse(): void {
    this.promptResponseDue = true;
  }

  /** Fails at once if the process has abandoned its connections. */
  override connect(): Promise<pg.Client>;
  override connect(callback: (...args: never[]) => void): void;
  override connect(callback?: (...args: never[]) => void): Promise<pg.Client> | void {
    if (!this.options.watch.isAbandoned) return callback ? super.connect(callback) : super.connect();
    const error = new ResponseTimeout(0);
    if (!callback) return Promise.reject(error);
    process.nextTick(callback as (error: Error) => void, error); // as the driver does
  }

  override query(...args: unknown[]): never {
    if (this.quiet >= PROBE_AFTER_MS && !this.isBusy) this.probe();
    return Reflect.apply(super.query, this, args) as never;
  }

  /** Closes the connection politely. If the server does not react in time, the watch destroys it. */
  override end(...args: unknown[]): never {
    const ended: unknown = Reflect.apply(super.end, this, args);
    if (this.options.watch.isAbandoned) this.destroy(this.silence);
    return ended as never;
  }

  /** Closes the idle connections of the pool that have received nothing since this one became silent. */
  closeIdleSiblings(): void {
    this.options.watch.closeIdleSince(this);
  }

  /** Closes the connection at once. Statements that wait for a response fail with a `ResponseTimeout`. */
  destroy(silence: number): void {
    if (this.isOpen) this.stream.destroy(new ResponseTimeout(silence)); // otherwise nothing handles the error
  }

  isOverdueAfter(elapsed: number): boolean {
    const { isBusy } = this;
    this.quiet += elapsed;
    if (this.hasReceived()) this.quiet = this.silence = 0;
    else if (!isBusy || !this.wasBusy || this.hasSentOnItsOwn()) this.silence = 0;
    else this.silence += elapsed;
    this.wasBusy = isBusy;
    if (!isBusy && this.options.heartbeat && this.quiet >= HEARTBEAT_MS) this.probe();
    return this.silence > this.limit;
  }

  private get stream(): Socket {
    return this.internals.connection.stream;
  }

  private get internals(): ClientInternals {
    return this as unknown as ClientInternals; // missing in the driver's types
  }

  private get isBusy(): boolean {
    const { _activeQuery, _sentQueryQueue, _ending } = this.internals;
    return _ending || Boolean(_activeQuery) || _sentQueryQueue.length > 0;
  }

  private get limit(): number {
    const { responseTimeout, statementTimeout } = this.options.watch;
    if (this.sharedLimit !== undefined) return this.sharedLimit;
    if (this.promptResponseDue || this.internals._ending) return responseTimeout;
    return statementTimeout + responseTimeout;
  }

  private hasReceived(): boolean {
    const { bytesRead } = this.stream;
    if (bytesRead === this.bytesRead) return false;
    this.bytesRead = bytesRead;
    this.promptResponseDue = false;
    return true;
  }

  /** Whether a caller that holds the connection alone still sends, as COPY does: it has no response until its end. */
  private hasSentOnItsOwn(): boolean {
    const { bytesWritten } = this.stream;
    const hasSent = bytesWritten !== this.bytesWritten;
    this.bytesWritten = bytesWritten;
    return hasSent && this.sharedLimit === undefined && !this.promptResponseDue;
  }

  private probe(): void {
    this.expectPromptResponse();
    Reflect.apply(super.query, this, [new EmptyRoundTrip()]);
  }
}

/** Lets the given connection fail if the server does not respond within `limit` milliseconds, while it is shared. */
export function limitSilence(client: ClientBase, limit: number | undefined): void {
  if (client instanceof WatchedClient) client.sharedLimit = limit;
}

/** Lets the connection fail if the next byte from the server does not arrive within `database.responseTimeout`. */
export function expectPromptResponse(client: ClientBase): void {
  if (client instanceof WatchedClient) client.expectPromptResponse();
}

/** Whether the connection has a session of PostgreSQL to itself. */
export function keepsSession(client: ClientBase): boolean {
  return !(client instanceof WatchedClient) || client.keepsSession;
}

/** Time in milliseconds for which the server owes a response on the connection. */
export function silenceOf(client: ClientBase): number {
  return client instanceof WatchedClient ? client.silence : 0;
}

/** A Sync without a statement. The server responds at once that it is ready. */
class EmptyRoundTrip extends pg.Query {
  constructor() {
    super('');
  }

  override readonly submit = ({ stream }: Connection): void => {
    if (stream.writable) stream.write(serialize.sync());
  };

  /** The statement that follows fails too, and reports the error. */
  handleError(): void {}

  handleReadyForQuery(): void {}
}
