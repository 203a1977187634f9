import { invalidParameter } from './postgres-parameters.js';

/** A server of a connection URL. */
export interface PostgresHost {
  /** A name or address, or the directory of a Unix-domain socket, which begins with a slash; empty for the default. */
  readonly host: string;
  readonly port: number | undefined;
}

/** A connection URL as libpq reads it (PostgreSQL manual, "Connection URIs"), decoded. */
export interface PostgresUrl {
  /** The servers, in the order in which they are tried; at least one. */
  readonly hosts: readonly PostgresHost[];
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly database: string | undefined;
  /** The parameters after the question mark, except those that are members of this object. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** Thrown for an invalid URL. The message completes "the URL …" and contains no part of a password. */
export class PostgresUrlError extends Error {
  override readonly name = 'PostgresUrlError';
}

const MALFORMED =
  'must be a postgres:// or postgresql:// URL, with special characters in user, password and database percent-encoded';

/** Parameters that replace a part of the URL before the question mark. */
const PARTS = ['host', 'port', 'user', 'password', 'dbname'];

/** Parameters that never contain a secret; all others are masked. */
const OPEN = ['sslmode', 'host', 'port', 'application_name', 'connect_timeout', 'target_session_attrs'];

/** Parses a connection URL. Throws a `PostgresUrlError` if libpq would reject it, or if Haven does not support it. */
export function parsePostgresUrl(text: string): PostgresUrl {
  const raw = split(text);
  const query = new Map(raw.query.map(([name, value]) => [decode(name), decode(value)]));
  const problem = invalidParameter(query);
  if (problem !== undefined) throw new PostgresUrlError(problem);
  return {
    hosts: hostsOf(raw.hosts, query),
    user: query.get('user') ?? decodeIfAny(raw.user),
    password: query.get('password') ?? decodeIfAny(raw.password),
    database: query.get('dbname') ?? decodeIfAny(raw.database),
    parameters: new Map([...query].filter(([name]) => !PARTS.includes(name))),
  };
}

/** Returns the servers and the database of a URL, without user, password and parameters. */
export function describePostgresUrl(url: string): string {
  const { hosts, database = '' } = parsePostgresUrl(url);
  const names = hosts.map(describeHost);
  return `${names.join(',')}/${database}`;
}

/** Returns host and port for a message. */
export function describeHost({ host, port }: PostgresHost): string {
  const name = host || 'localhost';
  return port === undefined || host.startsWith('/') ? name : `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** Masks the password and all parameters that may contain one. Never throws; hides a URL that it cannot parse. */
export function maskPostgresUrl(text: string): string {
  try {
    const { scheme, user, password, hosts, database, query } = split(text);
    const login = (user ?? '') + (password ? ':***' : '');
    const parameters = query.map(([name, value]) => (OPEN.includes(name) ? `${name}=${value}` : '***'));
    const path = database === undefined ? '' : `/${database}`;
    const search = parameters.length > 0 ? `?${parameters.join('&')}` : '';
    return `${scheme}://${login}${login ? '@' : ''}${hosts}${path}${search}`;
  } catch {
    return '(hidden)';
  }
}

/** The parts of a URL as they are written. */
interface RawUrl {
  readonly scheme: string;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly hosts: string;
  readonly database: string | undefined;
  readonly query: readonly (readonly [string, string])[];
}

/**
 * Splits a URL. The WHATWG parser is no help, because it knows only one host. A password with an unencoded `/`, `?`,
 * `#` or `@` would end up in another part and be shown with it, so no part but the first may contain an `@`.
 */
function split(text: string): RawUrl {
  const [, scheme = '', login, hosts = '', path, search] =
    /^(postgres(?:ql)?):\/\/(?:([^@/?#\s]*)@)?([^@/?#\s]*)(\/[^@?#\s]*)?(?:\?([^@#\s]*))?$/.exec(text) ?? [];
  if (scheme === '') throw new PostgresUrlError(MALFORMED);
  const [user, ...password] = login?.split(':') ?? [];
  return {
    scheme,
    user,
    password: password.length > 0 ? password.join(':') : undefined,
    hosts,
    database: path?.slice(1),
    query: (search ?? '')
      .split('&')
      .filter((each) => each !== '')
      .map((each) => {
        const [name = '', ...value] = each.split('=');
        return [name, value.join('=')] as const;
      }),
  };
}

/** Returns the servers. The parameters `host` and `port` win, and one port may apply to all hosts. */
function hostsOf(written: string, query: ReadonlyMap<string, string>): PostgresHost[] {
  // An encoded comma is one too: it separates hosts in a list of URLs that is itself separated by commas.
  const pairs = written.replaceAll(/%2c/gi, ',').split(',').map(hostAndPort);
  const hosts = query.get('host')?.split(',') ?? pairs.map(({ host }) => host);
  const ports = query.get('port')?.split(',') ?? (query.has('host') ? [''] : pairs.map(({ port }) => port));
  if (ports.length !== 1 && ports.length !== hosts.length)
    throw new PostgresUrlError(
      `must have one port, or as many ports as hosts, not ${ports.length} for ${hosts.length}`,
    );
  return hosts.map((host, index) => ({
    host,
    port: portOf(ports[ports.length === 1 ? 0 : index] ?? ''),
  }));
}

function hostAndPort(pair: string): { host: string; port: string } {
  const [, ipv6, name, port = ''] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(pair) ?? [];
  const host = ipv6 ?? name;
  if (host === undefined) throw new PostgresUrlError(MALFORMED);
  return { host: decode(host), port };
}

function portOf(text: string): number | undefined {
  if (text === '') return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new PostgresUrlError('must have ports from 1 to 65535');
}

function decodeIfAny(text: string | undefined): string | undefined {
  return text ? decode(text) : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new PostgresUrlError(MALFORMED);
  }
}
