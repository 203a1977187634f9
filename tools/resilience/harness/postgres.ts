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

const { chooseAccount, identity, openBinaries, run, surroundings } = await loadEmbedded();

export interface PostgresOptions {
  /** A directory to lie in. */
  within?: string;
  /** Arguments of initdb. */
  initdb?: readonly string[];
  /** Settings of the server. */
  args?: string[];
  /** Variables of the server alone. */
  env?: Record<string, string>;
}

/** Where a server and its log lie. */
interface Place {
  directory: string;
  data: string;
  log: string;
  port: number;
}

/** What a server and its replicas have in common. */
interface Programs {
  account: Account;
  binaries: { initdb: string; postgres: string };
  env: Record<string, string>;
}

/** A PostgreSQL of a scenario's own, from the programs Haven brings along, that can be stopped, killed, copied and started again. */
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
    initdb = [],
    args = [],
    env = {},
  }: PostgresOptions = {}): Promise<Postgres> {
    const account = await chooseAccount('');
    const binaries = await openBinaries(account, join(tmpdir(), 'haven-resilience-postgresql'));
    const postgres = new Postgres({ account, binaries, env }, await takePlace(within, account), args);
    const made = await run(
      binaries.initdb,
      ['-D', postgres.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', ...initdb],
      account,
    );
    if (!made.ok) throw new Error(made.output);
    return postgres;
  }

  /** A copy of a server that does not run, to follow it. */
  async replica(name: string): Promise<Postgres> {
    const { account } = this.#programs;
    const conninfo = `primary_conninfo=host=127.0.0.1 port=${this.port} user=postgres application_name=${name}`;
    const copy = new Postgres(this.#programs, await takePlace(tmpdir(), account), [conninfo]);
    await cp(this.data, copy.data, { recursive: true, preserveTimestamps: true });
    await run('/bin/chown', ['-R', `${account?.uid ?? process.getuid?.()}`, copy.directory], null);
    await run('/bin/chmod', ['0700', copy.data], null);
    await writeFile(join(copy.data, 'standby.signal'), '');
    return copy;
  }

  url(port = this.port): string {
    return `postgres://postgres@127.0.0.1:${port}/haven`;
  }

  /** The end of its log. */
  get said(): string {
    return readFileSync(this.log, 'utf8').slice(-3_000);
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it, and waits until it takes connections; the first time makes the database. */
  async start(): Promise<void> {
    const { account, binaries, env } = this.#programs;
    const settings = ['listen_addresses=127.0.0.1', `port=${this.port}`, 'unix_socket_directories=', ...this.args];
    const descriptor = openSync(this.log, 'a');
    this.#child = spawn(binaries.postgres, ['-D', this.data, ...settings.flatMap((each) => ['-c', each])], {
      ...surroundings,
      ...identity(account),
      env: { ...surroundings.env, ...env },
      stdio: ['ignore', descriptor, descriptor],
    });
    closeSync(descriptor);
    await until('PostgreSQL takes connections', () => this.#isReady());
  }

  /** The immediate shutdown: sessions are cut, nothing is written back, the next start recovers from the log. */
  stopImmediately(): Promise<void> {
    return this.#end('SIGQUIT');
  }

  stop(): Promise<void> {
    return this.#end('SIGINT');
  }

  /** As when the machine is gone: server and sessions end without a word. */
  async kill(): Promise<void> {
    const sessions = childrenOf(this.#child?.pid ?? 0);
    const ended = this.#end('SIGKILL');
    for (const pid of sessions) killQuietly(pid);
    await ended;
  }

  /** Rows of a statement as superuser; the connection is for this alone, so that it outlives nothing. */
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
    if (!this.isRunning) throw new Error(`PostgreSQL did not start:\n${this.said}`);
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
    // it has ended by itself, having noticed that its server is gone
  }
}
