import { suggest } from './suggest.js';

/** The values that a parameter of a connection URL may have. */
type Rule = 'text' | 'integer' | readonly [string, ...string[]];

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** The values of `target_session_attrs` that find a server that accepts writes, and those that find another one. */
export const WRITABLE_SESSIONS = ['read-write', 'primary'] as const;
export const READ_ONLY_SESSIONS = ['read-only', 'standby', 'prefer-standby'] as const;

/** Parameters that have an effect (PostgreSQL manual, "Parameter Key Words"). */
const USED: Readonly<Record<string, Rule>> = {
  host: 'text',
  port: 'text',
  user: 'text',
  password: 'text',
  dbname: 'text',
  options: 'text',
  application_name: 'text',
  connect_timeout: 'integer',
  target_session_attrs: ['any', ...WRITABLE_SESSIONS, ...READ_ONLY_SESSIONS],
  ssl: ['true'], // as in JDBC; libpq reads it as sslmode=require
  sslmode: ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify'],
  sslrootcert: 'text',
  sslcert: 'text',
  sslkey: 'text',
  sslpassword: 'text',
  sslnegotiation: ['postgres', 'direct'],
  ssl_min_protocol_version: TLS_VERSIONS,
  ssl_max_protocol_version: TLS_VERSIONS,
  channel_binding: ['disable', 'prefer', 'require'],
};

/** Parameters that are accepted and have no effect, because Haven decides what they are about. */
const IGNORED: Readonly<Record<string, Rule>> = {
  client_encoding: ['auto', 'UTF8', 'utf8', 'UTF-8', 'utf-8'],
  fallback_application_name: 'text',
  gssencmode: ['disable', 'prefer'],
  keepalives: 'text',
  keepalives_count: 'text',
  keepalives_idle: 'text',
  keepalives_interval: 'text',
  load_balance_hosts: ['disable'],
  sslcompression: ['0'],
  sslsni: ['1'],
  tcp_user_timeout: 'text',
  uselibpqcompat: ['true'], // asks node-postgres for what Haven does anyway
};

/** Parameters that other clients add to URLs, with what they belong to. */
const FOREIGN: Readonly<Record<string, string>> = {
  pgbouncer: 'Prisma',
  connection_limit: 'Prisma',
  pool_timeout: 'Prisma',
  schema: 'Prisma',
  socket_timeout: 'Prisma',
  sslaccept: 'Prisma',
  statement_cache_size: 'Prisma',
};

const RULES = { ...USED, ...IGNORED };

/** Returns what is wrong with the parameters, as the rest of a sentence about the URL; undefined if they are valid. */
export function invalidParameter(query: ReadonlyMap<string, string>): string | undefined {
  for (const [name, value] of query) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (!rule) return unknownParameter(name, query);
    if (rule === 'integer' && !/^-?\d{1,9}$/.test(value)) return `must have a whole number as ${name}`;
    if (typeof rule === 'object' && !rule.includes(value)) return `must have ${choices(rule)} as ${name}`;
  }
  return tlsProblem(query);
}

function tlsProblem(query: ReadonlyMap<string, string>): string | undefined {
  const mode = query.get('sslmode') ?? (query.has('ssl') ? 'require' : undefined);
  const root = query.get('sslrootcert');
  if (mode === 'verify-ca' && (root === undefined || root === 'system'))
    return 'must have a file as sslrootcert for sslmode=verify-ca; to trust public authorities, use sslmode=verify-full';
  if (root === 'system' && mode !== undefined && mode !== 'verify-full')
    return 'must have sslmode=verify-full for sslrootcert=system';
  if (query.has('sslcert') !== query.has('sslkey')) return 'must have both sslcert and sslkey, or neither';
  const isEncrypted = ['require', 'verify-ca', 'verify-full', 'no-verify'].includes(mode ?? '') || root === 'system';
  if (query.get('sslnegotiation') === 'direct' && !isEncrypted)
    return 'must have at least sslmode=require for sslnegotiation=direct';
  if (query.get('channel_binding') === 'require' && !isEncrypted)
    return 'must have at least sslmode=require for channel_binding=require';
  return undefined;
}

/** Does not show the name if it may be part of a password that contains an unencoded `&`. */
function unknownParameter(name: string, query: ReadonlyMap<string, string>): string {
  const shown = query.has('password') || query.has('sslpassword') ? 'an unknown parameter' : `the parameter ${name}`;
  const owner = Object.hasOwn(FOREIGN, name) ? FOREIGN[name] : undefined;
  if (owner !== undefined) return `must not have the parameter ${name}, which belongs to ${owner}; remove it`;
  const similar = suggest(name, Object.keys(RULES));
  if (similar !== undefined) return `must not have ${shown}; did you mean ${similar}?`;
  return `must not have ${shown}, which Haven does not support; docs/connection-strings.md lists those that it does`;
}

function choices(words: readonly string[]): string {
  return words.length === 1 ? words.join('') : `one of ${words.join(', ')}`;
}
