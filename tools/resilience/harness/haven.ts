import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { cli } from '../../build.ts';
import { until } from './wait.ts';

/** On a machine with much else to do. */
const START_MS = 240_000;

export interface HavenOptions {
  /** URL of its database. */
  database: string;
  /** Variables besides the usual ones. */
  env?: Record<string, string>;
  /** Arguments of Node before the program. */
  args?: readonly string[];
}

/** A Haven on a port of its own, that can be stopped, killed and started again there. */
export class Haven {
  readonly port: number;
  readonly origin: string;
  readonly #log: string;
  readonly #options: HavenOptions;
  #child: ChildProcess | undefined;

  constructor(log: string, port: number, options: HavenOptions) {
    this.#log = log;
    this.#options = options;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
  }

  /** What it has written to its log so far. */
  get said(): string {
    return readFileSync(this.#log, 'utf8');
  }

  async start(): Promise<void> {
    const { database, env = {}, args = [] } = this.#options;
    const descriptor = openSync(this.#log, 'a');
    const stdio: StdioOptions = ['ignore', descriptor, descriptor];
    if (args.length > 0) stdio.push('ipc'); // a probe is loaded, which answers
    this.#child = spawn(process.execPath, [...args, cli, 'start'], {
      env: {
        PATH: process.env['PATH'],
        HAVEN_ENV: 'local',
        HAVEN_LOG_FORMAT: 'json',
        NODE_COMPILE_CACHE: join(dirname(this.#log), 'compiled'), // it is started often
        DATABASE_URL: database,
        PORT: String(this.port),
        ...env,
      },
      stdio,
    });
    closeSync(descriptor);
    const isReady = async (): Promise<boolean> => {
      if (!this.#isRunning) throw new Error(`Haven did not start:\n${this.said.slice(-2_000)}`);
      return (await this.readiness()) === 200;
    };
    await until('Haven is ready', isReady, START_MS);
  }

  /** The status of /readyz; 0 when nothing answers within five seconds. */
  async readiness(): Promise<number> {
    const asked = fetch(`${this.origin}/readyz`, { signal: AbortSignal.timeout(5_000) });
    const answer = await asked.catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  }

  /** Stops it as an orchestrator does; resolves with its exit code. */
  async stop(): Promise<number | null | undefined> {
    this.#child?.kill('SIGTERM');
    return this.#ended();
  }

  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#ended();
  }

  /** What a module that was loaded into it with `args` answers to a message. */
  async ask(message: string): Promise<unknown> {
    if (!this.#child) throw new Error('Haven does not run.');
    this.#child.send(message);
    const [answer] = (await once(this.#child, 'message')) as unknown[];
    return answer;
  }

  get #isRunning(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  async #ended(): Promise<number | null | undefined> {
    if (this.#child && this.#isRunning) await once(this.#child, 'exit');
    return this.#child?.exitCode;
  }
}
