import { readFileSync } from 'node:fs';

import type { Haven } from '../harness/haven.ts';
import type { Postgres } from '../harness/postgres.ts';
import { pause } from '../harness/wait.ts';

const INTERVAL_MS = 100;

/** The victim's reads do not take that long, so older transactions are those of the attacker. */
const HELD = `
SELECT count(*)::int AS held FROM pg_stat_activity
WHERE datname = 'haven' AND backend_type = 'client backend' AND pid <> pg_backend_pid()
  AND state <> 'idle' AND now() - xact_start > interval '0.25 s'`;

/** Observes a Haven process during an attack: the connections that it holds, its memory, and whether it responds. */
export class Observer {
  /** Maximum number of connections with a transaction that was older than 0.25 s. */
  held = 0;
  /** Peak resident memory in bytes; 0 on systems without /proc. */
  peak = 0;
  #stopping = false;
  readonly #ended: Promise<unknown>;

  constructor(haven: Haven, postgres: Postgres) {
    this.#ended = Promise.all([this.#observeMemory(haven), this.#observeConnections(postgres)]);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#ended;
  }

  async #observeMemory(haven: Haven): Promise<void> {
    while (!this.#stopping) {
      this.peak = Math.max(this.peak, peakOf(haven.pid));
      await pause(INTERVAL_MS);
    }
  }

  async #observeConnections(postgres: Postgres): Promise<void> {
    while (!this.#stopping) {
      const [row] = await postgres.query<{ held: number }>(HELD);
      this.held = Math.max(this.held, row?.held ?? 0);
      await pause(INTERVAL_MS);
    }
  }
}

function peakOf(pid: number): number {
  try {
    const [, kib] = /^VmHWM:\s*(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib ?? 0) * 1_024;
  } catch {
    return 0; // the process has ended
  }
}
