import { request } from 'undici';

import type { StoredVersion } from './client.ts';
import { pause } from './wait.ts';

interface SeenChange {
  recordId: string;
  version: number;
}

/** Follows the change feed as a stream, and connects again with the last id when it ends, as a browser does. */
export class Follower {
  /** Every change that was told: `{ id, version }`. */
  readonly seen: StoredVersion[] = [];
  connections = 0;
  /** Answers to its connecting that were no stream. */
  readonly refused: number[] = [];
  readonly #origins: readonly string[];
  readonly #over = new AbortController();
  #last = 'earliest';
  readonly #ended: Promise<void>;

  /** `origins` are tried in turn. */
  constructor(origins: readonly string[]) {
    this.#origins = origins;
    this.#ended = this.#follow();
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    for (let turn = 0; !this.#over.signal.aborted; turn++) {
      await this.#connect(this.#origins[turn % this.#origins.length] ?? '').catch(() => undefined); // it ends as connections do
      await pause(100);
    }
  }

  async #connect(origin: string): Promise<void> {
    const headers = { accept: 'text/event-stream', 'last-event-id': this.#last };
    const path = `${origin}/api/v1/changes`;
    const { statusCode, body } = await request(path, { headers, signal: this.#over.signal, bodyTimeout: 60_000 });
    if (statusCode !== 200) {
      this.refused.push(statusCode);
      await body.dump();
      return;
    }
    this.connections++;
    let rest = '';
    body.setEncoding('utf8');
    for await (const chunk of body) {
      const events = (rest + chunk).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) this.#receive(event);
    }
  }

  /** The position is kept together with what was told, so that nothing comes twice. */
  #receive(event: string): void {
    const { id, data } = Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s, 2))) as {
      id?: string;
      data?: string;
    };
    if (id) this.#last = id;
    const change = data === undefined ? {} : (JSON.parse(data) as Partial<SeenChange>);
    if (change.recordId !== undefined && change.version !== undefined)
      this.seen.push({ id: change.recordId, version: change.version });
  }
}
