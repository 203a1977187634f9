import { randomUUID } from 'node:crypto';

import { Client } from './client.ts';
import type { Attempt, ClientRequest, Response, ResponseBody, StoredVersion } from './client.ts';
import { pause } from './wait.ts';

const RECORDS = '/api/v1/collections/writes/records';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const RECORD = '{ id version }';
const CREATE = `mutation ($data: JSONObject!) { createRecord(collection: "writes", data: $data) ${RECORD} }`;
const PATCH = `mutation ($id: ID!, $data: JSONObject!) {
  patchRecord(collection: "writes", id: $id, data: $data) ${RECORD}
}`;

/** A request, and a function that reads the names and versions of its writes from the response. */
interface NamedWrite {
  request: ClientRequest;
  read: (json: ResponseBody) => [name: string, stored: StoredVersion | undefined][];
}

type Write = (op: string, last: string) => NamedWrite;

export interface LoadOptions {
  writers: number;
  /** Delay of a writer between two writes, in milliseconds. */
  thinking: number;
  /** Fraction of its time in which a writer is idle; replaces `thinking`. */
  waiting: number;
  retries: boolean;
}

/**
 * Kinds of writes. Each stores its name `op` in the record, so that the write can be found in the event log. `last` is
 * the id of a record of the same writer.
 */
const writes: Write[] = [
  createByRest,
  (op) => ({ request: graphql(CREATE, { data: { op } }), read: ({ data }) => [[op, data.createRecord]] }),
  (op, last) => ({
    request: { method: 'PATCH', path: `${RECORDS}/${last}`, headers: MERGE, body: { data: { op } } },
    read: (json) => [[op, json]],
  }),
  (op, id) => ({ request: graphql(PATCH, { id, data: { op } }), read: ({ data }) => [[op, data.patchRecord]] }),
  (op) => ({
    request: { path: '/api/v1/batch', body: { operations: ['a', 'b'].map((part) => create(`${op}/${part}`)) } },
    read: ({ results }) => results.map(({ record }, n) => [`${op}/${'ab'[n]}`, record]),
  }),
];

/**
 * Writers that send one write after the other, each with its own `Idempotency-Key`, over both APIs and to all origins
 * in turn. They retry at the next origin until the write is acknowledged, and wait for a shorter time than
 * `Retry-After` asks for.
 */
export class Load {
  /** The acknowledged record and version, by the name of the write. */
  readonly acknowledged = new Map<string, StoredVersion>();
  /** The outcomes of all requests. */
  readonly attempts: Attempt[] = [];
  readonly #origins: readonly string[];
  readonly #options: LoadOptions;
  readonly #client = new Client();
  #stopping = false;
  #workers: Promise<void>[] = [];

  constructor(origins: readonly string[], options: Partial<LoadOptions> = {}) {
    this.#origins = origins;
    this.#options = { writers: 16, thinking: 20, waiting: 0, retries: true, ...options };
  }

  async start(): Promise<void> {
    await this.#client.must(this.#originAt(0), { method: 'PUT', path: '/api/v1/collections/writes', body: {} });
    this.resume();
  }

  /** Like `start`, for a collection that exists. */
  resume(): void {
    this.#workers = Array.from({ length: this.#options.writers }, (_, number) => this.#write(number));
  }

  /** Resolves when all started writes are acknowledged. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#workers);
    await this.#client.close();
  }

  #originAt(turn: number): string {
    return this.#origins[turn % this.#origins.length] ?? '';
  }

  async #write(number: number): Promise<void> {
    const { waiting, thinking } = this.#options;
    let last: string | undefined;
    for (let turn = number; !this.#stopping; turn++) {
      const way = writes[last === undefined ? 0 : turn % writes.length] ?? createByRest;
      const { request, read } = way(randomUUID(), last ?? '');
      const response = await this.#sendWithRetries(request, randomUUID(), turn);
      if (!response?.json) continue;
      for (const [op, stored] of read(response.json)) {
        if (!stored) continue;
        this.acknowledged.set(op, { id: stored.id, version: stored.version });
        last = stored.id;
      }
      await pause(waiting ? (response.took * waiting) / (1 - waiting) : thinking);
    }
  }

  /** Returns the first successful response; undefined if the request fails and retries are disabled. */
  async #sendWithRetries(request: ClientRequest, key: string, turn: number): Promise<Response | undefined> {
    const end = performance.now() + 120_000;
    for (let next = turn; ; next++) {
      const response = await this.#client.send(this.#originAt(next), request, key);
      const { json: _json, ...attempt } = response; // without the body, because a soak keeps many of them
      this.attempts.push(attempt);
      if (response.ok) return response;
      if (!this.#options.retries) return undefined;
      if (performance.now() > end)
        throw new Error(`A write was not acknowledged within two minutes: ${JSON.stringify(response)}`);
      await pause(100);
    }
  }
}

function create(op: string): object {
  return { op: 'create', collection: 'writes', data: { op } };
}

function graphql(query: string, variables: object): ClientRequest {
  return { path: '/graphql', body: { query, variables } };
}

function createByRest(op: string): NamedWrite {
  return { request: { path: RECORDS, body: { data: { op } } }, read: (json) => [[op, json]] };
}
