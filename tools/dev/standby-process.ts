import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const STOP_MS = 5_000;

/**
 * A message to a standby process: first with the packages to load, later with the command line to run and its
 * arguments.
 */
export interface StandbyMessage {
  packages: readonly string[];
  cli?: string;
  args: readonly string[];
}

/** A process that can start Haven quickly, because it has loaded the packages in advance. */
export class StandbyProcess {
  readonly #child: ChildProcess;

  constructor(packages: readonly string[]) {
    const script = join(import.meta.dirname, 'standby.ts');
    this.#child = spawn(process.execPath, [script], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    });
    this.#send({ packages, args: [] });
  }

  /** Starts Haven in this process. Calls `ended` when the process ends. */
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

  #send(message: StandbyMessage): void {
    if (this.#child.connected) this.#child.send(message);
  }
}
