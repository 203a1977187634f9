import { ConfigError } from '@haven/config';
import type { HavenConfig } from '@haven/config';
import { ReplicaError, UnreadablePassword } from '@haven/database';
import { EmbeddedPostgresError } from '@haven/embedded-postgres';
import { sqlState } from '@haven/kernel';

/** An expected failure to start. Its message is one sentence for the operator that names the solution. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/**
 * Returns the message for the operator. It has a stack trace only if the error is unexpected and `log.level` is debug.
 */
export function reasonOf(error: unknown, config?: HavenConfig): string {
  const expected = [StartError, ConfigError, EmbeddedPostgresError, ReplicaError, UnreadablePassword].some(
    (type) => error instanceof type,
  );
  if (error instanceof Error && expected) return error.message;
  if (config && ['debug', 'trace'].includes(config.log.level)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const message = error instanceof Error ? error.message || error.name : String(error);
  return `Haven failed: ${message}\nStart with --set log.level=debug to see the stack trace.`;
}

/** Translates an error of `listen` to a `StartError`. Returns unknown errors unchanged. */
export function explainListen(
  error: unknown,
  { host, port }: Pick<HavenConfig['server'], 'host' | 'port'>,
  variables = { host: 'HOST', port: 'PORT' },
): unknown {
  switch (sqlState(error)) {
    case 'EADDRINUSE':
      return new StartError(`Port ${port} is in use; set ${variables.port} to another.`, { cause: error });
    case 'EACCES':
      return new StartError(`Port ${port} is reserved for root; set ${variables.port} to one above 1023.`, {
        cause: error,
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartError(`${host} is not an address of this machine; set ${variables.host} to another.`, {
        cause: error,
      });
    default:
      return error;
  }
}

/**
 * Translates an error from the operator's database to a `StartError`, which does not contain the password. Returns
 * other errors unchanged.
 */
export function explainDatabase(error: unknown, url: string, variable = 'DATABASE_URL'): unknown {
  if (!(error instanceof Error) || error instanceof StartError) return error;
  const sentence = databaseSentence(error, url, variable);
  return sentence === undefined ? error : new StartError(sentence, { cause: error });
}

/** Returns the host and name of a database, without user, password and parameters. */
export function placeOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${host || searchParams.get('host') || 'localhost'}${pathname}`;
}

const UNREACHABLE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
];

function databaseSentence(error: Error, url: string, variable: string): string | undefined {
  const code = sqlState(error) ?? '';
  const place = placeOf(url);
  if (code === '28P01' || code === '28000' || /password must be a string/.test(error.message)) {
    return `PostgreSQL at ${place} rejects the user or password of ${variable}.`;
  }
  if (code === '3D000') return `PostgreSQL at ${place} has no such database; create it, or correct ${variable}.`;
  if (code === '42501') {
    return (
      `The role of ${variable} lacks a privilege (${error.message}); ` +
      'set DATABASE_MIGRATION_URL to a role that can create tables and roles.'
    );
  }
  if (/unsupported startup parameter/.test(error.message)) {
    return (
      `The connection pooler at ${place} refuses the settings that Haven sends when it connects (${error.message}); ` +
      'set HAVEN_DATABASE_POOL_MODE to transaction and DATABASE_SESSION_URL to a URL that leads to PostgreSQL ' +
      'directly. With ignore_startup_parameters, the pooler would only drop the settings.'
    );
  }
  if (code === '57P03' || code === '53300')
    return `PostgreSQL at ${place} accepts no connections now: ${error.message}.`;
  if (UNREACHABLE.includes(code) || /timeout expired|read timeout|terminated/.test(error.message)) {
    return `No PostgreSQL server responds at ${place} (${code || error.message}); start it, or correct ${variable}.`;
  }
  if (/SSL|certificate/i.test(`${code} ${error.message}`)) {
    return `The TLS connection to PostgreSQL at ${place} failed (${error.message}); correct sslmode in ${variable}.`;
  }
  return undefined;
}
