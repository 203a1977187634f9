import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

import type { Attack, Target } from './attack.ts';
import { agent, describeOutcomes } from './connection.ts';
import { databaseConnections } from './database-connections.ts';
import { memory } from './memory.ts';
import { strangers } from './strangers.ts';

export const attacks: readonly Attack[] = [...databaseConnections, ...memory, ...strangers];

/** An attack that runs in a separate process, so that it does not disturb the measurement of the victim. */
export class Attacker {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;

  constructor(id: string, target: Target) {
    this.#child = fork(import.meta.filename, [JSON.stringify({ id, target })]);
    this.#ended = once(this.#child, 'exit');
  }

  /** Ends the attack. Resolves with the outcomes of its requests. */
  async stop(): Promise<string> {
    const outcomes = once(this.#child, 'message').then(([message]: unknown[]) => String(message));
    const missing = this.#ended.then(() => 'unknown');
    this.#child.send('stop');
    const result = await Promise.race([outcomes, missing]);
    this.#child.kill('SIGKILL');
    await this.#ended;
    return result;
  }
}

if (process.argv[1] === import.meta.filename) {
  const { id, target } = JSON.parse(process.argv[2] ?? '') as { id: string; target: Target }; // see the constructor
  const over = new AbortController();
  process.once('message', () => process.send?.(describeOutcomes(), () => over.abort()));
  process.once('disconnect', () => process.exit()); // the measuring process has ended
  await attacks.find((attack) => attack.id === id)?.run(target, over.signal);
  await agent.destroy();
}
