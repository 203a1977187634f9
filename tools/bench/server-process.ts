import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';

const probe = join(import.meta.dirname, 'probe.ts');

/** A server under test: a process of its own with a probe inside. */
export class ServerProcess {
  #child;
  #asked = 0;

  /** Starts `module` with `args` and waits until `path` answers. `env` gets PORT, a free one. */
  static async start(name, module, { args = [], env = {}, path = '/' } = {}) {
    const server = new ServerProcess();
    const port = await freePort();
    server.name = name;
    server.origin = `http://127.0.0.1:${port}`;
    server.#child = fork(module, args, {
      execArgv: ['--import', probe],
      env: { ...process.env, ...env, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await server.#answers(path);
    return server;
  }

  get pid() {
    return this.#child.pid;
  }

  /** CPU microseconds of the process so far, user and system, and its resident bytes. */
  async usage() {
    const { cpu, rss } = await this.#ask('usage');
    return { cpu: cpu.user + cpu.system, rss };
  }

  startProfile() {
    return this.#ask('startProfile');
  }

  stopProfile(file) {
    return this.#ask('stopProfile', { file });
  }

  async stop() {
    if (this.#child.exitCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }

  #ask(ask, more = {}) {
    const id = ++this.#asked;
    const answered = new Promise((resolve) => {
      const hear = (message) => {
        if (message.id !== id) return;
        this.#child.off('message', hear);
        resolve(message.answer);
      };
      this.#child.on('message', hear);
    });
    this.#child.send({ id, ask, ...more });
    return answered;
  }

  async #answers(path) {
    for (;;) {
      if (this.#child.exitCode !== null) throw new Error(`${this.name} did not start.`);
      const answer = await fetch(this.origin + path).catch(() => undefined);
      if (answer?.ok) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
