import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const STOP_MS = 5_000;

/** First the packages to load; later the command line to become, with its arguments. */
export interface StandbyOrder {
  packages: readonly string[];
  cli?: string;
  args: readonly string[];
}

/** A Haven that can be started quickly, because its process has loaded the packages before it is needed. */
export class StandbyProcess {
  readonly #child: ChildProcess;

  constructor(packages: readonly string[]) {
    const script = join(import.meta.dirname, 'standby.ts');
    this.#child = spawn(process.execPath, [script], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.#send({ packages, args: [] });
  }

  /** Starts Haven in this process; `ended` is called when it ends by itself. */
  start(cli: string, args: readonly string[], ended: (how: string) => void): void {
    this.#child.once('exit', (code, signal) => ended(String(signal ?? code)));
    this.#send({ packages: [], cli, args });
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(kill);
  }

  #send(order: StandbyOrder): void {
    if (this.#child.connected) this.#child.send(order);
  }
}
