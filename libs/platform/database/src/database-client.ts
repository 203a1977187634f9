import pg from 'pg';
import type { ClientConfig } from 'pg';

import { requireChannelBinding } from './channel-binding.js';
import type { StartupConnection } from './channel-binding.js';
import { attemptsAfter, reportOf } from './connection-failures.js';
import type { FailedAttempt } from './connection-failures.js';
import type { ConnectionAttempt, ServerList } from './server-list.js';
import { SessionState } from './session-target.js';

export { NoUsableServer } from './connection-failures.js';

/** Options of a connection, in addition to those of the driver. */
export interface DatabaseClientConfig extends ClientConfig {
  /** The servers and parameters of a connection URL, which take the place of host, port, login and TLS options. */
  readonly servers?: ServerList;
}

type Callback = (error: Error | null) => void;

/** The fields of the driver's client that belong to one attempt to connect. */
const ATTEMPT_FIELDS = [
  'connectionParameters',
  'user',
  'database',
  'password',
  'host',
  'port',
  'ssl',
  'sslNegotiation',
  'enableChannelBinding',
  'connection',
  '_connecting',
  '_connected',
  '_connectionError',
  '_ended',
] as const;

/**
 * A client of the driver that opens its connection as libpq does: it tries the servers of a connection URL in turn,
 * with and without TLS where `sslmode` allows both, until one is what `target_session_attrs` asks for. The driver knows
 * only one server, and its clients cannot connect twice, so each attempt takes the fields of a new client.
 */
export class DatabaseClient extends pg.Client {
  private isBetweenAttempts = false;

  constructor(private readonly config: DatabaseClientConfig) {
    super(config);
  }

  override connect(): Promise<pg.Client>;
  override connect(callback: (...args: never[]) => void): void;
  override connect(given?: (...args: never[]) => void): Promise<pg.Client> | void {
    const callback = given as Callback | undefined; // the driver passes an error, or nothing of use
    const { servers } = this.config;
    if (!servers) return callback ? super.connect(callback) : super.connect();
    if (callback) return this.connectTo(servers, callback);
    return new Promise((resolve, reject) => {
      this.connectTo(servers, (error) => (error ? reject(error) : resolve(this)));
    });
  }

  /** The driver reports the end of each connection. The end of a failed attempt is not that of the client. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event === 'end' && this.isBetweenAttempts) return false;
    return super.emit(event, ...args);
  }

  private connectTo(servers: ServerList, callback: Callback): void {
    try {
      this.attempt(servers, servers.attempts(), [], callback);
    } catch (error) {
      process.nextTick(callback, error);
    }
  }

  private attempt(
    servers: ServerList,
    [attempt, ...remaining]: readonly ConnectionAttempt[],
    failures: readonly FailedAttempt[],
    callback: Callback,
  ): void {
    if (!attempt) return callback(reportOf(failures));
    const connection = this.prepare(servers, attempt);
    const { stream } = connection;
    super.connect((error: Error | null) => {
      if (!error) {
        servers.recordSuccess(attempt);
        return callback(null);
      }
      servers.recordFailure(attempt);
      const hasResponded =
        connection.stream !== stream || stream.bytesRead > 0 || stream.readableEnded || isReset(error);
      const failure = { attempt, error, hasResponded };
      const next = this.isEnding ? [] : attemptsAfter(failure, remaining);
      if (next.length === 0) return callback(reportOf([...failures, failure]));
      discard(connection);
      // Not at once, because the driver may still be handling the message that ended this attempt.
      this.isBetweenAttempts = true;
      setImmediate(() => {
        this.isBetweenAttempts = false;
        this.attempt(servers, this.isEnding ? [] : next, [...failures, failure], callback);
      });
    });
  }

  /** Makes this client one that has never connected, for the given attempt. */
  private prepare(servers: ServerList, { server, ssl, target }: ConnectionAttempt): StartupConnection {
    const { config } = this;
    const { channelBinding, connectTimeout, sslNegotiation } = servers;
    const fresh = new pg.Client({
      ...config,
      ...servers.login,
      ...(config.password !== undefined && { password: config.password }), // not enumerable in the options of a pool
      ...server,
      ssl,
      ...(ssl && sslNegotiation !== undefined && { sslnegotiation: sslNegotiation }),
      enableChannelBinding: Boolean(ssl) && channelBinding !== 'disable',
      options: `${servers.options} ${config.options ?? ''}`.trim() || undefined, // of two values, the later one counts
      application_name: nameOf(config, servers),
    } as ClientConfig);
    for (const field of ATTEMPT_FIELDS) Reflect.set(this, field, Reflect.get(fresh, field));
    Reflect.set(this, '_connectionTimeoutMillis', connectTimeout ?? config.connectionTimeoutMillis ?? 0);
    const { connection } = this as unknown as { connection: StartupConnection }; // missing in the driver's types
    if (ssl && channelBinding === 'require') requireChannelBinding(connection);
    requireTarget(connection, target);
    return connection;
  }

  private get isEnding(): boolean {
    return Reflect.get(this, '_ending') === true;
  }
}

function isReset(error: Error): boolean {
  return Reflect.get(error, 'code') === 'ECONNRESET';
}

/** Every name begins with `haven`, so that Haven recognizes its own connections; the URL's name follows. */
function nameOf({ application_name: own }: DatabaseClientConfig, { applicationName }: ServerList): string | undefined {
  return applicationName === undefined ? own : `${own ?? 'haven'} (${applicationName})`;
}

/** Fails the connection if the server is not what is wanted. A server reports its settings before its key. */
function requireTarget(connection: StartupConnection, target: ConnectionAttempt['target']): void {
  if (target === 'any') return;
  const state = new SessionState();
  const record = (setting: { parameterName: string; parameterValue: string }): void =>
    state.record(setting.parameterName, setting.parameterValue);
  connection.on('parameterStatus', record);
  connection.once('backendKeyData', () => {
    connection.off('parameterStatus', record);
    const problem = state.problem(target);
    if (problem) connection.emit('error', problem);
  });
}

/** Closes the connection of a failed attempt. Its events must not reach the client, which the next attempt uses. */
function discard(connection: StartupConnection): void {
  connection.removeAllListeners();
  connection.on('error', () => undefined);
  connection.stream.destroy();
}
