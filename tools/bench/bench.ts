import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { cli } from '../build.ts';
import { BenchDatabase } from './database.ts';
import type { Rounds } from './measure.ts';
import type { BenchOptions } from './options.ts';
import { ServerProcess } from './server-process.ts';
import type { ServerOptions } from './server-process.ts';

/** Rate limits that are too high to be reached, so that requests are counted, but never rejected. */
export const UNREACHED = ['perKey', 'perTenant', 'perAddress'].map((limit) => `rateLimits.${limit}=1000000000`);

/** No rate limits at all: requests are not counted. */
export const NO_LIMITS = ['perKey', 'perTenant', 'perAddress', 'concurrentPerTenant'].map(
  (limit) => `rateLimits.${limit}=0`,
);

/** `build` is the command line of another build. */
interface HavenOptions {
  build?: string;
  env?: Record<string, string>;
}

/** The database and the servers of one section of the benchmark. */
export class Bench {
  readonly plan: Rounds;
  readonly options: BenchOptions;
  readonly database: BenchDatabase;
  readonly #dataDir: string;
  readonly #servers: ServerProcess[] = [];
  readonly #directories: string[] = [];

  private constructor(plan: Rounds, options: BenchOptions, database: BenchDatabase, dataDir: string) {
    this.plan = plan;
    this.options = options;
    this.database = database;
    this.#dataDir = dataDir;
  }

  /** Starts PostgreSQL with a new database, or with the one in the directory `--data`. */
  static async open(plan: Rounds, options: BenchOptions): Promise<Bench> {
    const dataDir = options.data ?? mkdtempSync(join(tmpdir(), 'haven-bench-'));
    return new Bench(plan, options, await BenchDatabase.open(dataDir), dataDir);
  }

  /** Starts Haven with its production settings, including the log. */
  haven(
    name: string,
    settings: readonly string[] = [],
    { build = cli, env = {} }: HavenOptions = {},
  ): Promise<ServerProcess> {
    const set = ['log.format=json', ...settings].flatMap((setting) => ['--set', setting]);
    const all = { HAVEN_DATA_DIR: this.#dataDir, NODE_ENV: 'production', ...env };
    return this.start(name, build, { args: ['start', ...set], env: all, path: '/readyz' });
  }

  /** Starts any server. It is stopped with the others. */
  async start(name: string, module: string, settings: ServerOptions): Promise<ServerProcess> {
    const server = await ServerProcess.start(name, module, settings);
    this.#servers.push(server);
    return server;
  }

  /** Deletes a directory at the end. */
  remove(directory: string): void {
    this.#directories.push(directory);
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    await this.database.stop();
    if (!this.options.data) this.#directories.push(this.database.dataDir, this.#dataDir);
    for (const directory of this.#directories) rmSync(directory, { recursive: true, force: true });
  }
}
