import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import type { Client } from 'pg';

import { StartError } from '../start-error.js';

const execute = promisify(execFile);

/** The list of what is in a backup grows with the indexes that collections declare. */
const LONGEST_OUTPUT = 64 * 2 ** 20;

type Program = 'pg_dump' | 'pg_restore';

/** PostgreSQL's own programs, found by `PATH`, for the database that a client is connected to. */
export class PostgresPrograms {
  /** As variables, not as arguments: those could be read by everyone on the machine. */
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

  /** Fails unless the program is there and as new as the server: an older one refuses its database, or cannot say all of it. */
  async require(program: Program): Promise<void> {
    const { rows } = await this.client.query<{ major: number }>(
      "SELECT current_setting('server_version_num')::int / 10000 AS major",
    );
    const wanted = rows[0]?.major ?? 0;
    const major = Number(/\d+/.exec(await this.run(program, ['--version'])));
    if (major >= wanted) return;
    throw new StartError(
      `The server is PostgreSQL ${wanted}, but the ${program} in PATH is of version ${major}; put one of version ${wanted} or newer before it.`,
    );
  }

  /** Runs the program to its end; resolves with what it printed, fails with what it complained of. */
  async run(program: Program, args: readonly string[]): Promise<string> {
    try {
      const env = { ...process.env, LC_ALL: 'C', ...this.variables };
      const { stdout } = await execute(program, args, { env, maxBuffer: LONGEST_OUTPUT });
      return stdout;
    } catch (error) {
      throw explainFailure(error, program);
    }
  }
}

/** What an address says of TLS, as libpq wants to hear it. */
function tlsOf(url: string): Record<string, string | undefined> {
  const { searchParams } = new URL(url);
  const said = (name: string): string | undefined => searchParams.get(name) ?? undefined;
  const mode = said('sslmode');
  // Node trusts the authorities of the system, libpq only if it is told to.
  const verifies = mode === 'verify-full' || mode === 'verify-ca';
  return {
    PGSSLMODE: mode === 'no-verify' ? 'require' : mode,
    PGSSLROOTCERT: said('sslrootcert') ?? (verifies ? 'system' : undefined),
    PGSSLCERT: said('sslcert'),
    PGSSLKEY: said('sslkey'),
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
      `There is no ${program} in PATH; install PostgreSQL's client programs, of the server's version or newer.`,
      { cause: error },
    );
  }
  const complaint = 'stderr' in error ? String(error.stderr).trim() : '';
  return new StartError(complaint || error.message, { cause: error });
}
