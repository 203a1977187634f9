import { ConfigError, describePostgresUrl } from '@haven/config';
import type { HavenConfig } from '@haven/config';
import {
  LockTimeoutError,
  NoUsableServer,
  ReplicaError,
  RoleError,
  UnreadableCertificate,
  UnreadablePassword,
  WrongSessionTarget,
} from '@haven/database';
import { EmbeddedPostgresError } from '@haven/embedded-postgres';
import { sqlState } from '@haven/kernel';

/** An expected failure to start. Its message is one sentence for the operator that names the solution. */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** Errors whose message is meant for the operator. */
const EXPECTED = [
  StartError,
  ConfigError,
  EmbeddedPostgresError,
  LockTimeoutError,
  ReplicaError,
  RoleError,
  UnreadableCertificate,
  UnreadablePassword,
];

/**
 * Returns the message for the operator. It has a stack trace only if the error is unexpected and `log.level` is debug.
 */
export function reasonOf(error: unknown, config?: HavenConfig): string {
  const expected = EXPECTED.some((type) => error instanceof type);
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
  if (!(error instanceof Error) || EXPECTED.some((type) => error instanceof type)) return error;
  const sentence = databaseSentence(error, url, variable);
  return sentence === undefined ? error : new StartError(sentence, { cause: error });
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
  const place = describePostgresUrl(url);
  if (code === '28P01' || code === '28000' || /password must be a string/.test(error.message)) {
    return `PostgreSQL at ${place} rejects the user or password of ${variable}.`;
  }
  const role = /role "(.+)"/.exec(error.message)?.[1];
  if (role !== undefined && code === '22023') {
    return `PostgreSQL at ${place} has no role ${role}: run haven migrate first, or correct database.rolePrefix.`;
  }
  if (role !== undefined && code === '42501' && error.message.startsWith('permission denied to set role')) {
    return (
      `The login of ${variable} may not serve as the role ${role}. Run as the owner of the tables: ` +
      `GRANT ${role} TO that login.`
    );
  }
  if (code === '3D000') return `PostgreSQL at ${place} has no such database; create it, or correct ${variable}.`;
  if (code === '42501') {
    return `The login of ${variable} lacks a right (${error.message}); "Your own PostgreSQL" in docs/deploying.md lists those it needs.`;
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
  if (error instanceof NoUsableServer) {
    return `No PostgreSQL server of ${variable} can be used (${error.message}); start one, or correct ${variable}.`;
  }
  if (error instanceof WrongSessionTarget) {
    return `PostgreSQL at ${place} ${error.message}, which target_session_attrs in ${variable} does not allow.`;
  }
  if (UNREACHABLE.includes(code) || /timeout expired|read timeout|terminated/.test(error.message)) {
    return `No PostgreSQL server responds at ${place} (${code || error.message}); start it, or correct ${variable}.`;
  }
  if (/SSL|certificate/i.test(`${code} ${error.message}`)) {
    return `The TLS connection to PostgreSQL at ${place} failed (${error.message}); correct sslmode in ${variable}.`;
  }
  return undefined;
}
