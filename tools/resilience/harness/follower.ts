import { request } from 'undici';

import type { StoredVersion } from './client.ts';
import { pause } from './wait.ts';

interface SeenChange {
  /** Null in the event `ready`, as is the version. */
  recordId: string | null;
  version: number | null;
}

/** Follows the change feed as a stream. When the stream ends, it reconnects with the last event id, like a browser. */
export class Follower {
  /** All changes received. */
  readonly seen: StoredVersion[] = [];
  connections = 0;
  /** Statuses of failed attempts to connect. */
  readonly refused: number[] = [];
  readonly #origins: readonly string[];
  readonly #stopping = new AbortController();
  #last = 'earliest';
  readonly #ended: Promise<void>;

  /** Connects to `origins` in turn. */
  constructor(origins: readonly string[]) {
    this.#origins = origins;
    this.#ended = this.#follow();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #follow(): Promise<void> {
    for (let turn = 0; !this.#stopping.signal.aborted; turn++) {
      // Connections may break.
      await this.#connect(this.#origins[turn % this.#origins.length] ?? '').catch(() => undefined);
      await pause(100);
    }
  }

  async #connect(origin: string): Promise<void> {
    const headers = { accept: 'text/event-stream', 'last-event-id': this.#last };
    const path = `${origin}/api/v1/changes`;
    const { statusCode, body } = await request(path, { headers, signal: this.#stopping.signal, bodyTimeout: 60_000 });
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

  /** Stores the event id together with the change, so that no change is received twice. */
  #receive(event: string): void {
    const { id, data } = Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s, 2))) as {
      id?: string;
      data?: string;
    };
    if (id) this.#last = id;
    const change = data === undefined ? {} : (JSON.parse(data) as Partial<SeenChange>);
    if (change.recordId != null && change.version != null)
      // `ready` is not a change
      this.seen.push({ id: change.recordId, version: change.version });
  }
}
