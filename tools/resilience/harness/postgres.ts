import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { loadEmbedded } from '../../embedded.ts';
import type { Account } from '../../embedded.ts';
import { freePort } from './free-port.ts';
import { until } from './wait.ts';

const { chooseAccount, identity, openBinaries, runAs, spawnOptions } = await loadEmbedded();

export interface PostgresOptions {
  /** The parent directory of its files. */
  within?: string;
  /** Directory of other programs than those that are installed with Haven. */
  bin?: string;
  /** Arguments of initdb. */
  initdb?: readonly string[];
  /** Settings of the server. */
  args?: string[];
  /** Environment variables of the server. */
  env?: Record<string, string>;
}

/** Directories, log file and port of a server. */
interface Place {
  directory: string;
  data: string;
  log: string;
  port: number;
}

/** Properties that a server and its replicas share. */
interface Programs {
  account: Account;
  binaries: { initdb: string; postgres: string };
  env: Record<string, string>;
}

/**
 * The PostgreSQL server of a scenario, from the programs that are installed with Haven. It can be stopped, killed,
 * copied and started again.
 */
export class Postgres {
  readonly args: string[];
  readonly directory: string;
  readonly data: string;
  readonly log: string;
  readonly port: number;
  readonly #programs: Programs;
  #child: ChildProcess | undefined;

  private constructor(programs: Programs, { directory, data, log, port }: Place, args: string[]) {
    this.#programs = programs;
    this.directory = directory;
    this.data = data;
    this.log = log;
    this.port = port;
    this.args = args;
  }

  static async create({
    within = tmpdir(),
    bin,
    initdb = [],
    args = [],
    env = {},
  }: PostgresOptions = {}): Promise<Postgres> {
    const account = await chooseAccount('');
    const binaries =
      bin === undefined
        ? await openBinaries(account, join(tmpdir(), 'haven-resilience-postgresql'))
        : { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    const postgres = new Postgres({ account, binaries, env }, await takePlace(within, account), args);
    const made = await runAs(
      binaries.initdb,
      ['-D', postgres.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', ...initdb],
      account,
    );
    if (!made.ok) throw new Error(made.output);
    return postgres;
  }

  /** Creates a replica by copying the files of this server, which must be stopped. */
  async replica(name: string): Promise<Postgres> {
    const { account } = this.#programs;
    const conninfo = `primary_conninfo=host=127.0.0.1 port=${this.port} user=postgres application_name=${name}`;
    const copy = new Postgres(this.#programs, await takePlace(tmpdir(), account), [conninfo]);
    await cp(this.data, copy.data, { recursive: true, preserveTimestamps: true });
    await runAs('/bin/chown', ['-R', `${account?.uid ?? process.getuid?.()}`, copy.directory], null);
    await runAs('/bin/chmod', ['0700', copy.data], null);
    await writeFile(join(copy.data, 'standby.signal'), '');
    return copy;
  }

  url(port = this.port, database = 'haven'): string {
    return `postgres://postgres@127.0.0.1:${port}/${database}`;
  }

  /** The end of the log. */
  get logTail(): string {
    return readFileSync(this.log, 'utf8').slice(-3_000);
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the server and waits until it accepts connections. The first start creates the database. */
  async start(): Promise<void> {
    const { account, binaries, env } = this.#programs;
    const settings = ['listen_addresses=127.0.0.1', `port=${this.port}`, 'unix_socket_directories=', ...this.args];
    const descriptor = openSync(this.log, 'a');
    this.#child = spawn(binaries.postgres, ['-D', this.data, ...settings.flatMap((each) => ['-c', each])], {
      ...spawnOptions,
      ...identity(account),
      env: { ...spawnOptions.env, ...env },
      stdio: ['ignore', descriptor, descriptor],
    });
    closeSync(descriptor);
    await until('PostgreSQL accepts connections', () => this.#isReady());
  }

  /**
   * Stops the server in immediate mode: ends sessions without a checkpoint, so that the next start recovers from the
   * WAL.
   */
  stopImmediately(): Promise<void> {
    return this.#end('SIGQUIT');
  }

  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** Simulates the loss of the machine: kills the server and its sessions. */
  async kill(): Promise<void> {
    const sessions = childrenOf(this.#child?.pid ?? 0);
    const ended = this.#end('SIGKILL');
    for (const pid of sessions) killQuietly(pid);
    await ended;
  }

  /**
   * Runs a statement as superuser, over a new connection, because the server may have been restarted since the last
   * one.
   */
  async query<Row extends object>(sql: string, values: unknown[] = [], database = 'haven'): Promise<Row[]> {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'postgres', database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async remove(): Promise<void> {
    if (this.isRunning) await this.kill();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #isReady(): Promise<boolean> {
    if (!this.isRunning) throw new Error(`PostgreSQL did not start:\n${this.logTail}`);
    try {
      const found = await this.query("SELECT FROM pg_database WHERE datname = 'haven'", [], 'postgres');
      if (found.length === 0) await this.query('CREATE DATABASE haven', [], 'postgres');
      return true;
    } catch {
      return false;
    }
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (!this.#child || !this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

async function takePlace(within: string, account: Account): Promise<Place> {
  const directory = await mkdtemp(join(within, 'haven-postgres-'));
  if (account) await chown(directory, account.uid, account.gid);
  return { directory, data: join(directory, 'data'), log: join(directory, 'server.log'), port: await freePort() };
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The session has already ended, because its server is gone.
  }
}
