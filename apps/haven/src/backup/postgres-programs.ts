import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Client } from 'pg';

import { parsePostgresUrl } from '@haven/config';

import { StartError } from '../start-error.js';

const execute = promisify(execFile);

/**
 * Maximum size of a program's output. The contents list of a backup grows with the indexes that collections declare.
 */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

type Program = 'pg_restore';

/** Runs PostgreSQL's own programs, found in `PATH`, on the database that a client is connected to. */
export class PostgresPrograms {
  /** Passed as environment variables, because every user of the machine can read the arguments of a process. */
  private readonly variables: Record<string, string>;

  constructor(
    private readonly client: Client,
    url: string | undefined,
  ) {
    const { host, port, user, password, database } = client;
    this.variables = defined({
      PGHOST: host,
      PGPORT: String(port),
      PGUSER: user,
      PGPASSWORD: password ?? undefined,
      PGDATABASE: database,
      ...(url !== undefined && tlsOf(url)),
    });
  }

  /**
   * Fails unless the program exists and is at least as new as the server. An older program refuses to work with the
   * server, or cannot dump the whole database.
   */
  async require(program: Program): Promise<void> {
    const { rows } = await this.client.query<{ major: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    );
    const wanted = rows[0]?.major ?? 0;
    const major = Number(/\d+/.exec(await this.run(program, ['--version'])));
    if (major >= wanted) return;
    throw new StartError(
      `The server is PostgreSQL ${wanted}, but the ${program} in PATH has version ${major}; ` +
        `put one of version ${wanted} or newer before it in PATH.`,
    );
  }

  /** Runs the program to its end. Resolves with its standard output, or fails with its standard error. */
  async run(program: Program, args: readonly string[]): Promise<string> {
    try {
      const env = { ...process.env, LC_ALL: 'C', ...this.variables };
      const { stdout } = await execute(program, args, { env, maxBuffer: MAX_OUTPUT_BYTES });
      return stdout;
    } catch (error) {
      throw explainFailure(error, program);
    }
  }
}

/** Translates the TLS parameters of a URL to libpq's environment variables. */
function tlsOf(url: string): Record<string, string | undefined> {
  const { parameters } = parsePostgresUrl(url);
  const mode = parameters.get('sslmode') ?? (parameters.has('ssl') ? 'require' : undefined);
  return {
    PGSSLMODE: mode === 'no-verify' ? 'require' : mode,
    // Without a file, Haven trusts public authorities; libpq needs to be asked to.
    PGSSLROOTCERT: parameters.get('sslrootcert') ?? (mode === 'verify-full' ? 'system' : undefined),
    PGSSLCERT: parameters.get('sslcert'),
    PGSSLKEY: parameters.get('sslkey'),
  };
}

function defined(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function explainFailure(error: unknown, program: Program): unknown {
  if (!(error instanceof Error)) return error;
  if ('code' in error && error.code === 'ENOENT') {
    return new StartError(
      `${program} is not in PATH; install PostgreSQL's client programs, of the server's version or newer.`,
      { cause: error },
    );
  }
  const stderr = 'stderr' in error ? String(error.stderr).trim() : '';
  return new StartError(stderr || error.message, { cause: error });
}
