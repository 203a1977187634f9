import { request } from 'undici';

import { pause } from './wait.ts';

/** Follows the change feed as a stream, and connects again with the last id when it ends, as a browser does. */
export class Follower {
  /** Every change that was told: `{ id, version }`. */
  seen = [];
  connections = 0;
  /** Answers to its connecting that were no stream. */
  refused = [];
  #over = new AbortController();
  #last = 'earliest';
  #ended;

  /** `origins` are tried in turn. */
  constructor(origins) {
    this.origins = origins;
    this.#ended = this.#follow();
  }

  async stop() {
    this.#over.abort();
    await this.#ended;
  }

  async #follow() {
    for (let turn = 0; !this.#over.signal.aborted; turn++) {
      await this.#connect(this.origins[turn % this.origins.length]).catch(() => undefined); // it ends as connections do
      await pause(100);
    }
  }

  async #connect(origin) {
    const headers = { accept: 'text/event-stream', 'last-event-id': this.#last };
    const path = `${origin}/api/v1/changes`;
    const { statusCode, body } = await request(path, { headers, signal: this.#over.signal, bodyTimeout: 60_000 });
    if (statusCode !== 200) {
      this.refused.push(statusCode);
      return body.dump();
    }
    this.connections++;
    let rest = '';
    body.setEncoding('utf8');
    for await (const chunk of body) {
      const events = (rest + chunk).split('\n\n');
      rest = events.pop();
      for (const event of events) this.#hear(event);
    }
  }

  /** The position is kept together with what was told, so that nothing comes twice. */
  #hear(event) {
    const { id, data } = Object.fromEntries(event.split('\n').map((line) => line.split(/: (.*)/s, 2)));
    if (id) this.#last = id;
    const change = data && JSON.parse(data);
    if (change?.recordId) this.seen.push({ id: change.recordId, version: change.version });
  }
}
