import { fork, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { cpuOf } from './cpu.ts';

/**
 * Arguments and environment of a server, and a path that responds successfully once it serves. A native program has no
 * probe; its address is its last argument.
 */
export interface ServerOptions {
  native?: boolean;
  args?: readonly string[];
  env?: Record<string, string>;
  path?: string;
}

/** Reply of the probe to the command `usage`. */
export interface ProbeUsage {
  cpu: NodeJS.CpuUsage;
  rss: number;
}

/** A request to the probe. */
export interface ProbeRequest {
  id: number;
  command: 'usage' | 'startProfile' | 'stopProfile' | 'startCount' | 'stopCount';
  file?: string;
}

export interface ProbeResponse {
  id: number;
  result: unknown;
}

const probe = join(import.meta.dirname, 'probe.mjs');

/** A server under test in a separate process, into which the probe is loaded. */
export class ServerProcess {
  readonly name: string;
  readonly origin: string;
  readonly #child: ChildProcess;
  #lastId = 0;

  private constructor(name: string, origin: string, child: ChildProcess) {
    this.name = name;
    this.origin = origin;
    this.#child = child;
  }

  /** Starts `module` with `args`, on a free port that the variable `PORT` contains, and waits until `path` responds. */
  static async start(
    name: string,
    module: string,
    { native = false, args = [], env = {}, path = '/' }: ServerOptions = {},
  ): Promise<ServerProcess> {
    const port = await freePort();
    const environment = { ...process.env, ...env, PORT: String(port) };
    const child = native
      ? spawn(module, [...args, `127.0.0.1:${port}`], { env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
      : fork(module, args, {
          execArgv: ['--import', probe],
          env: environment,
          stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        });
    const server = new ServerProcess(name, `http://127.0.0.1:${port}`, child);
    await server.#waitUntilReady(path);
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Returns the CPU time of the process so far in microseconds, user and system, and its resident memory in bytes. */
  async usage(): Promise<{ cpu: number; rss: number }> {
    if (!this.#child.connected) return { cpu: cpuOf(this.pid), rss: this.#status('VmRSS') };
    const { cpu, rss } = (await this.#request({ command: 'usage' })) as ProbeUsage;
    return { cpu: cpu.user + cpu.system, rss };
  }

  /** Resets the peak of the resident memory to the current one. */
  resetPeak(): void {
    try {
      writeFileSync(`/proc/${this.pid}/clear_refs`, '5');
    } catch {
      // Not on Linux: `peak` returns the current resident memory.
    }
  }

  /** Returns the greatest resident memory since `resetPeak`, in bytes. */
  async peak(): Promise<number> {
    return process.platform === 'linux' ? this.#status('VmHWM') : (await this.usage()).rss;
  }

  async startProfile(): Promise<void> {
    await this.#request({ command: 'startProfile' });
  }

  async stopProfile(file: string): Promise<void> {
    await this.#request({ command: 'stopProfile', file });
  }

  /** Counts the promises that the process creates while `work` runs. */
  async promisesDuring(work: () => Promise<unknown>): Promise<number> {
    await this.#request({ command: 'startCount' });
    await work();
    return (await this.#request({ command: 'stopCount' })) as number;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }

  /** Returns a size in bytes from the status of the process; 0 if the system is not Linux. */
  #status(name: string): number {
    if (process.platform !== 'linux') return 0;
    const [, kib] = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${this.pid}/status`, 'utf8')) ?? [];
    return Number(kib) * 1_024;
  }

  #request(request: Omit<ProbeRequest, 'id'>): Promise<unknown> {
    const id = ++this.#lastId;
    const result = new Promise<unknown>((resolve, reject) => {
      const fail = (): void => reject(new Error(`${this.name} ended.`));
      this.#child.once('exit', fail);
      const receive = (message: ProbeResponse): void => {
        if (message.id !== id) return;
        this.#child.off('message', receive).off('exit', fail);
        resolve(message.result);
      };
      this.#child.on('message', receive);
    });
    this.#child.send({ id, ...request });
    return result;
  }

  async #waitUntilReady(path: string): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`${this.name} did not start.`);
      const response = await fetch(this.origin + path).catch(() => undefined);
      if (response?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on TCP
  server.close();
  return port;
}
