import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { modules } from '../../build.ts';
import { until } from './wait.ts';
import { freePort } from './world.ts';

const embedded = join(modules, 'libs/platform/src/database/embedded');
const { chooseAccount, identity, run, surroundings } = await import(join(embedded, 'account.js'));
const { openBinaries } = await import(join(embedded, 'binaries.js'));

/** A PostgreSQL of a scenario's own, from the programs Haven brings along, that can be stopped, killed, copied and started again. */
export class Postgres {
  #child;
  #account;
  #binaries;
  #env;

  /** `within` is a directory to lie in; `initdb` and `args` are for the two programs; `env` for the server alone. */
  static async create({ within = tmpdir(), initdb = [], args = [], env = {} } = {}) {
    const postgres = new Postgres();
    postgres.#account = await chooseAccount('');
    postgres.#binaries = await openBinaries(postgres.#account, join(tmpdir(), 'haven-resilience-postgresql'));
    postgres.#env = env;
    postgres.args = args;
    await postgres.#takePlace(within);
    const made = await run(
      postgres.#binaries.initdb,
      ['-D', postgres.data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', ...initdb],
      postgres.#account,
    );
    if (!made.ok) throw new Error(made.output);
    return postgres;
  }

  /** A copy of a server that does not run, to follow it. */
  async replica(name) {
    const copy = new Postgres();
    copy.#account = this.#account;
    copy.#binaries = this.#binaries;
    copy.#env = this.#env;
    await copy.#takePlace(tmpdir());
    await cp(this.data, copy.data, { recursive: true, preserveTimestamps: true });
    await run('/bin/chown', ['-R', `${this.#account?.uid ?? process.getuid()}`, copy.directory], null);
    await run('/bin/chmod', ['0700', copy.data], null);
    await writeFile(join(copy.data, 'standby.signal'), '');
    copy.args = [`primary_conninfo=host=127.0.0.1 port=${this.port} user=postgres application_name=${name}`];
    return copy;
  }

  url(port = this.port) {
    return `postgres://postgres@127.0.0.1:${port}/haven`;
  }

  get pid() {
    return this.#child.pid;
  }

  /** The end of its log. */
  get said() {
    return readFileSync(this.log, 'utf8').slice(-3_000);
  }

  get isRunning() {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it, and waits until it takes connections; the first time makes the database. */
  async start() {
    const settings = ['listen_addresses=127.0.0.1', `port=${this.port}`, 'unix_socket_directories=', ...this.args];
    const descriptor = openSync(this.log, 'a');
    this.#child = spawn(this.#binaries.postgres, ['-D', this.data, ...settings.flatMap((each) => ['-c', each])], {
      ...surroundings,
      ...identity(this.#account),
      env: { ...surroundings.env, ...this.#env },
      stdio: ['ignore', descriptor, descriptor],
    });
    closeSync(descriptor);
    await until('PostgreSQL takes connections', () => this.#isReady());
  }

  /** The immediate shutdown: sessions are cut, nothing is written back, the next start recovers from the log. */
  stopImmediately() {
    return this.#end('SIGQUIT');
  }

  stop() {
    return this.#end('SIGINT');
  }

  /** As when the machine is gone: server and sessions end without a word. */
  async kill() {
    const sessions = childrenOf(this.#child.pid);
    const ended = this.#end('SIGKILL');
    for (const pid of sessions) killQuietly(pid);
    await ended;
  }

  /** Rows of a statement as superuser; the connection is for this alone, so that it outlives nothing. */
  async query(sql, values = [], database = 'haven') {
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, user: 'postgres', database });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql, values)).rows;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async remove() {
    if (this.isRunning) await this.kill();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #takePlace(within) {
    this.directory = await mkdtemp(join(within, 'haven-postgres-'));
    if (this.#account) await chown(this.directory, this.#account.uid, this.#account.gid);
    this.data = join(this.directory, 'data');
    this.log = join(this.directory, 'server.log');
    this.port = await freePort();
  }

  async #isReady() {
    if (!this.isRunning) throw new Error(`PostgreSQL did not start:\n${String(this.said)}`);
    try {
      const found = await this.query("SELECT FROM pg_database WHERE datname = 'haven'", [], 'postgres');
      if (found.length === 0) await this.query('CREATE DATABASE haven', [], 'postgres');
      return true;
    } catch {
      return false;
    }
  }

  async #end(signal) {
    if (!this.isRunning) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    await ended;
  }
}

function childrenOf(pid) {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

function killQuietly(pid) {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended by itself, having noticed that its server is gone
  }
}
