import type { PostgresHost, PostgresUrl } from '@haven/config';
import { describeHost, parsePostgresUrl } from '@haven/config';

import type { SessionTarget } from './session-target.js';
import { encryptionsOf } from './tls-options.js';
import type { Encryption } from './tls-options.js';

/** One way to open a connection: a server, whether to encrypt, and what the server must be. */
export interface ConnectionAttempt {
  readonly server: PostgresHost;
  readonly ssl: Encryption;
  readonly target: SessionTarget;
}

/** libpq's minimum, in seconds. */
const MIN_CONNECT_TIMEOUT = 2;

/**
 * The servers of a connection URL, and the one that the last connection was opened to. As in libpq, a connection tries
 * them in the order of the URL, but it begins with the one that worked last: a host that does not respond then delays
 * only the first connection. If that one fails, all are tried again, so that the primary is found after a failover.
 */
export class ServerList {
  private static readonly lists = new Map<string, ServerList>();

  readonly #url: PostgresUrl; // private at run time too, because it may contain the password
  private lastGood: string | undefined;

  private constructor(url: string) {
    this.#url = parsePostgresUrl(url);
  }

  /** Returns the list for a URL, the same for all connections of the process. */
  static of(url: string): ServerList {
    const known = ServerList.lists.get(url);
    if (known) return known;
    const created = new ServerList(url);
    ServerList.lists.set(url, created);
    return created;
  }

  /** Returns user, password and database, in the form of the driver's options. */
  get login(): { user?: string; password?: string; database?: string } {
    const { user, password, database } = this.#url;
    return {
      ...(user !== undefined && { user }),
      ...(password !== undefined && { password }),
      ...(database !== undefined && { database }),
    };
  }

  /** The server settings of the URL; empty if there are none. */
  get options(): string {
    return this.#url.parameters.get('options') ?? '';
  }

  get applicationName(): string | undefined {
    return this.#url.parameters.get('application_name');
  }

  /** Maximum time to open a connection to one server, in milliseconds; undefined if the URL does not limit it. */
  get connectTimeout(): number | undefined {
    const seconds = Number(this.#url.parameters.get('connect_timeout') ?? 0);
    return seconds > 0 ? Math.max(MIN_CONNECT_TIMEOUT, seconds) * 1_000 : undefined;
  }

  get channelBinding(): string {
    return this.#url.parameters.get('channel_binding') ?? 'disable';
  }

  get sslNegotiation(): string | undefined {
    return this.#url.parameters.get('sslnegotiation');
  }

  /** Returns what to try, in order. Throws an `UnreadableCertificate` if a certificate cannot be read. */
  attempts(): readonly ConnectionAttempt[] {
    const encryptions = encryptionsOf(this.#url);
    const all = this.targets().flatMap((target) =>
      this.#url.hosts.flatMap((server) =>
        // A Unix-domain socket is never encrypted.
        (server.host.startsWith('/') ? [false as const] : encryptions).map((ssl) => ({ server, ssl, target })),
      ),
    );
    const good = all.find((attempt) => nameOf(attempt) === this.lastGood);
    return good ? [good, ...all.filter((attempt) => attempt !== good)] : all;
  }

  recordSuccess(attempt: ConnectionAttempt): void {
    this.lastGood = nameOf(attempt);
  }

  recordFailure(attempt: ConnectionAttempt): void {
    if (this.lastGood === nameOf(attempt)) this.lastGood = undefined;
  }

  private targets(): readonly SessionTarget[] {
    const wanted = this.#url.parameters.get('target_session_attrs') ?? 'any';
    if (wanted === 'prefer-standby') return ['standby', 'any'];
    return [wanted as SessionTarget]; // the configuration has checked the value
  }
}

function nameOf({ server, ssl, target }: ConnectionAttempt): string {
  return `${describeHost(server)} ${ssl ? 'encrypted' : 'plain'} ${target}`;
}
