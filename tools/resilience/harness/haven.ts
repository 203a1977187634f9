import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { cli } from '../../build.ts';
import { until } from './wait.ts';

/** On a machine with much else to do. */
const START_MS = 240_000;

/** A Haven on a port of its own, that can be stopped, killed and started again there. */
export class Haven {
  #log;
  #options;
  #child;

  /** `env` is what this one is told beside the usual; `args` go before the program, such as node's own. */
  constructor(log, port, options) {
    this.#log = log;
    this.#options = options;
    this.port = port;
    this.origin = `http://127.0.0.1:${port}`;
  }

  get pid() {
    return this.#child.pid;
  }

  /** What it has written to its log so far. */
  get said() {
    return readFileSync(this.#log, 'utf8');
  }

  async start() {
    const { database, env = {}, args = [] } = this.#options;
    const descriptor = openSync(this.#log, 'a');
    this.#child = spawn(process.execPath, [...args, cli, 'start'], {
      env: {
        PATH: process.env.PATH,
        HAVEN_ENV: 'local',
        HAVEN_LOG_FORMAT: 'json',
        NODE_COMPILE_CACHE: join(dirname(this.#log), 'compiled'), // it is started often
        DATABASE_URL: database,
        PORT: String(this.port),
        ...env,
      },
      stdio: ['ignore', descriptor, descriptor, ...(args.length > 0 ? ['ipc'] : [])],
    });
    closeSync(descriptor);
    const isReady = async () => {
      if (!this.#isRunning) throw new Error(`Haven did not start:\n${this.said.slice(-2_000)}`);
      return (await this.readiness()) === 200;
    };
    await until('Haven is ready', isReady, START_MS);
  }

  /** The status of /readyz; 0 when nothing answers within five seconds. */
  async readiness() {
    const asked = fetch(`${this.origin}/readyz`, { signal: AbortSignal.timeout(5_000) });
    const answer = await asked.catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.status ?? 0;
  }

  /** Stops it as an orchestrator does; resolves with its exit code. */
  async stop() {
    this.#child.kill('SIGTERM');
    return this.#ended();
  }

  async kill() {
    this.#child?.kill('SIGKILL');
    await this.#ended();
  }

  /** What a module that was loaded into it with `args` answers to a message. */
  async ask(message) {
    this.#child.send(message);
    const [answer] = await once(this.#child, 'message');
    return answer;
  }

  get #isRunning() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async #ended() {
    if (this.#child && this.#isRunning) await once(this.#child, 'exit');
    return this.#child?.exitCode;
  }
}
