import { randomUUID } from 'node:crypto';

import { Client } from './client.ts';
import type { Attempt, ClientRequest, Response, ResponseBody, StoredVersion } from './client.ts';
import { pause } from './wait.ts';

const RECORDS = '/api/v1/collections/ledger/records';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const RECORD = '{ id version }';
const CREATE = `mutation ($data: JSONObject!) { createRecord(collection: "ledger", data: $data) ${RECORD} }`;
const PATCH = `mutation ($id: ID!, $data: JSONObject!) { patchRecord(collection: "ledger", id: $id, data: $data) ${RECORD} }`;

/** A request, and how the names of what it wrote and their versions are read from its response. */
interface NamedWrite {
  request: ClientRequest;
  read: (json: ResponseBody) => [name: string, stored: StoredVersion | undefined][];
}

type Write = (op: string, last: string) => NamedWrite;

export interface LoadOptions {
  writers: number;
  /** The pause of a writer between two writes, in milliseconds. */
  thinking: number;
  /** Instead: the part of its time in which a writer does nothing. */
  waiting: number;
  retries: boolean;
}

/** Ways to write. Each puts its name into what it writes, by which it is found in the log of events; `last` is a record of the same writer. */
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
 * Writers that send one write after the other, each with an `Idempotency-Key` of its own, over both doors and to all
 * origins in turn, and try again at the next until it is acknowledged. They are less patient than `Retry-After` asks.
 */
export class Load {
  /** By the name of the write, the record and version that were acknowledged. */
  readonly acknowledged = new Map<string, StoredVersion>();
  /** What came of each request: `{ at, took, status, code, ok, retryAfter }`. */
  readonly attempts: Attempt[] = [];
  readonly #origins: readonly string[];
  readonly #options: LoadOptions;
  readonly #client = new Client();
  #ending = false;
  #workers: Promise<void>[] = [];

  constructor(origins: readonly string[], options: Partial<LoadOptions> = {}) {
    this.#origins = origins;
    this.#options = { writers: 16, thinking: 20, waiting: 0, retries: true, ...options };
  }

  async start(): Promise<void> {
    await this.#client.must(this.#originAt(0), { method: 'PUT', path: '/api/v1/collections/ledger', body: {} });
    this.#workers = Array.from({ length: this.#options.writers }, (_, number) => this.#write(number));
  }

  /** Ends when every write that was begun has been acknowledged. */
  async stop(): Promise<void> {
    this.#ending = true;
    await Promise.all(this.#workers);
    await this.#client.close();
  }

  #originAt(turn: number): string {
    return this.#origins[turn % this.#origins.length] ?? '';
  }

  async #write(number: number): Promise<void> {
    const { waiting, thinking } = this.#options;
    let last: string | undefined;
    for (let turn = number; !this.#ending; turn++) {
      const way = writes[last === undefined ? 0 : turn % writes.length] ?? createByRest;
      const { request, read } = way(randomUUID(), last ?? '');
      const answer = await this.#insist(request, randomUUID(), turn);
      if (!answer?.json) continue;
      for (const [op, stored] of read(answer.json)) {
        if (!stored) continue;
        this.acknowledged.set(op, { id: stored.id, version: stored.version });
        last = stored.id;
      }
      await pause(waiting ? (answer.took * waiting) / (1 - waiting) : thinking);
    }
  }

  /** The answer, once there is a good one; undefined where one try is all there is. */
  async #insist(request: ClientRequest, key: string, turn: number): Promise<Response | undefined> {
    const end = performance.now() + 120_000;
    for (let next = turn; ; next++) {
      const answer = await this.#client.send(this.#originAt(next), request, key);
      const { json: _json, ...attempt } = answer; // a soak keeps many
      this.attempts.push(attempt);
      if (answer.ok) return answer;
      if (!this.#options.retries) return undefined;
      if (performance.now() > end) throw new Error(`Not acknowledged in two minutes: ${JSON.stringify(answer)}`);
      await pause(100);
    }
  }
}

function create(op: string): object {
  return { op: 'create', collection: 'ledger', data: { op } };
}

function graphql(query: string, variables: object): ClientRequest {
  return { path: '/graphql', body: { query, variables } };
}

function createByRest(op: string): NamedWrite {
  return { request: { path: RECORDS, body: { data: { op } } }, read: (json) => [[op, json]] };
}
