import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** How a server is started: its arguments, variables, and the path that answers once it serves. */
export interface ServerOptions {
  args?: readonly string[];
  env?: Record<string, string>;
  path?: string;
}

/** Starts a Haven under a name, from a built command line, with settings. */
export type StartHaven = (name: string, module: string, settings?: readonly string[]) => Promise<ServerProcess>;

/** What the probe in a server answers to `usage`. */
export interface ProbeUsage {
  cpu: NodeJS.CpuUsage;
  rss: number;
}

/** What the probe is asked, and its answer. */
export interface ProbeRequest {
  id: number;
  ask: 'usage' | 'startProfile' | 'stopProfile';
  file?: string;
}

export interface ProbeAnswer {
  id: number;
  answer: unknown;
}

const probe = join(import.meta.dirname, 'probe.ts');

/** A server under test: a process of its own with a probe inside. */
export class ServerProcess {
  readonly name: string;
  readonly origin: string;
  readonly #child: ChildProcess;
  #asked = 0;

  private constructor(name: string, origin: string, child: ChildProcess) {
    this.name = name;
    this.origin = origin;
    this.#child = child;
  }

  /** Starts `module` with `args` and waits until `path` answers. `env` gets PORT, a free one. */
  static async start(
    name: string,
    module: string,
    { args = [], env = {}, path = '/' }: ServerOptions = {},
  ): Promise<ServerProcess> {
    const port = await freePort();
    const child = fork(module, args, {
      execArgv: ['--import', probe],
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const server = new ServerProcess(name, `http://127.0.0.1:${port}`, child);
    await server.#answers(path);
    return server;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** CPU microseconds of the process so far, user and system, and its resident bytes. */
  async usage(): Promise<{ cpu: number; rss: number }> {
    const { cpu, rss } = (await this.#ask({ ask: 'usage' })) as ProbeUsage;
    return { cpu: cpu.user + cpu.system, rss };
  }

  async startProfile(): Promise<void> {
    await this.#ask({ ask: 'startProfile' });
  }

  async stopProfile(file: string): Promise<void> {
    await this.#ask({ ask: 'stopProfile', file });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }

  #ask(request: Omit<ProbeRequest, 'id'>): Promise<unknown> {
    const id = ++this.#asked;
    const answered = new Promise<unknown>((resolve) => {
      const receive = (message: ProbeAnswer): void => {
        if (message.id !== id) return;
        this.#child.off('message', receive);
        resolve(message.answer);
      };
      this.#child.on('message', receive);
    });
    this.#child.send({ id, ...request });
    return answered;
  }

  async #answers(path: string): Promise<void> {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`${this.name} did not start.`);
      const answer = await fetch(this.origin + path).catch(() => undefined);
      if (answer?.ok) return;
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
