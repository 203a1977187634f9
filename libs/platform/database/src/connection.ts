import { readFile } from 'node:fs/promises';

import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';

import type { HavenConfig } from '@haven/config';

/** Where the database is: an address string, or the embedded server's socket. */
export type DatabaseAddress =
  | { url: string; migrationUrl?: string; passwordFile?: string; migrationPasswordFile?: string }
  | { host: string; port: number; user: string; database: string };

/** The role every request runs under: it owns nothing and row security binds it. */
export const RUNTIME_ROLE = 'haven_runtime';

/** Whoever holds a lock and whose machine has died is found out by PostgreSQL in 20 seconds, and not when the system thinks fit, hours later. */
export const KEEPALIVES = '-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3';

/** Work in the background reads a little of a lot. It keeps its plans, and to one made while a table was empty all indexes seem useless. */
export const BY_INDEX = '-c enable_seqscan=off';

/** Options of a connection that migrates: the role that owns the tables. */
export function ownerConnection(address: DatabaseAddress): ClientConfig {
  return { ...ownerLogin(address), application_name: 'haven-owner' };
}

/** Options of the pool that serves: the runtime role from the first byte, timeouts of the config, pipelined. */
export function runtimeConnection(address: DatabaseAddress, config: HavenConfig) {
  const { database } = config;
  const base = 'url' in address ? login(address.url, address.passwordFile) : address;
  return {
    ...base,
    application_name: 'haven',
    options: `-c role=${RUNTIME_ROLE} -c timezone=UTC -c datestyle=ISO -c jit=off -c default_transaction_isolation=read\\ committed`,
    pipeline: true,
    max: database.poolSize,
    connectionTimeoutMillis: database.acquireTimeout,
    statement_timeout: database.statementTimeout,
    idle_in_transaction_session_timeout: database.idleInTransactionTimeout,
    keepAlive: true,
  };
}

function ownerLogin(address: DatabaseAddress): ClientConfig {
  if (!('url' in address)) return address;
  const { url, migrationUrl, passwordFile, migrationPasswordFile } = address;
  if (migrationUrl === undefined || migrationUrl === url) return login(url, passwordFile);
  return login(migrationUrl, migrationPasswordFile);
}

/** The driver asks for the password at each connection it opens, so one that was changed in the file counts from then on. */
function login(url: string, passwordFile: string | undefined): ClientConfig {
  if (passwordFile === undefined) return { connectionString: url };
  return { ...parseIntoClientConfig(url), password: () => passwordIn(passwordFile) };
}

async function passwordIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new UnreadablePassword(error);
  }
}

/** The file that should hold the password can not be read; its name stays out of it. */
export class UnreadablePassword extends Error {
  override readonly name = 'UnreadablePassword';

  constructor(cause: unknown) {
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
    super(`The file with the database's password can not be read (${String(code)}).`, { cause });
  }
}
