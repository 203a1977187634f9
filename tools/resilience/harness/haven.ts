import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { cli } from '../../build.ts';
import { until } from './wait.ts';

/** Maximum time of a start, for a busy machine. */
const START_MS = 240_000;

export interface HavenOptions {
  /** URL of its database. */
  database: string;
  /** Additional environment variables. */
  env?: Record<string, string>;
  /** Arguments of Node before the program. */
  args?: readonly string[];
}

/** A Haven server that can be stopped, killed and started again on the same port. */
export class Haven {
  readonly port: number;
  readonly origin: string;
  readonly #logFile: string;
  readonly #options: HavenOptions;
  #child: ChildProcess | undefined;

  constructor(logFile: string, port: number, options: HavenOptions) {
    this.#logFile = logFile;
    this.#options = options;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** The log so far. */
  get log(): string {
    return readFileSync(this.#logFile, 'utf8');
  }

  /** The process id; 0 before the first start. */
  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Starts Haven, or the program of another checkout. */
  async start(program = cli): Promise<void> {
    const { database, env = {}, args = [] } = this.#options;
    const descriptor = openSync(this.#logFile, 'a');
    const stdio: StdioOptions = ['ignore', descriptor, descriptor];
    if (args.length > 0) stdio.push('ipc'); // a probe is loaded, which receives messages
    this.#child = spawn(process.execPath, [...args, program, 'start'], {
      env: {
        PATH: process.env['PATH'],
        HAVEN_ENV: 'local',
        HAVEN_LOG_FORMAT: 'json',
        NODE_COMPILE_CACHE: join(dirname(this.#logFile), 'compiled'), // speeds up repeated starts
        DATABASE_URL: database,
        PORT: String(this.port),
        ...env,
      },
      stdio,
    });
    closeSync(descriptor);
    const isReady = async (): Promise<boolean> => {
      if (!this.isRunning) throw new Error(`Haven did not start:\n${this.log.slice(-2_000)}`);
      return (await this.readiness()) === 200;
    };
    await until('Haven is ready', isReady, START_MS);
  }

  /** Returns the status of /readyz, or 0 without a response within five seconds. */
  async readiness(): Promise<number> {
    return this.#probe('/readyz');
  }

  /** Whether the process responds to /livez within five seconds. */
  async isLive(): Promise<boolean> {
    return (await this.#probe('/livez')) === 200;
  }

  /** Stops the server like an orchestrator. Resolves with its exit code. */
  async stop(): Promise<number | null | undefined> {
    this.#child?.kill('SIGTERM');
    return this.#ended();
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended();
  }

  /** Sends a message to a module that was loaded with `args`, and returns its reply. */
  async request(message: string): Promise<unknown> {
    if (!this.#child) throw new Error('Haven is not running.');
    this.#child.send(message);
    const [reply] = (await once(this.#child, 'message')) as unknown[];
    return reply;
  }

  get isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  async #probe(path: string): Promise<number> {
    const request = fetch(`${this.origin}${path}`, { signal: AbortSignal.timeout(5_000) });
    const response = await request.catch(() => undefined);
    await response?.body?.cancel();
    return response?.status ?? 0;
  }

  async #ended(): Promise<number | null | undefined> {
    if (this.#child && this.isRunning) await once(this.#child, 'exit');
    return this.#child?.exitCode;
  }
}
