import { randomUUID } from 'node:crypto';

import { Client } from './client.ts';
import { pause } from './wait.ts';

const RECORDS = '/api/v1/collections/ledger/records';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const RECORD = '{ id version }';
const CREATE = `mutation ($data: JSONObject!) { createRecord(collection: "ledger", data: $data) ${RECORD} }`;
const PATCH = `mutation ($id: ID!, $data: JSONObject!) { patchRecord(collection: "ledger", id: $id, data: $data) ${RECORD} }`;

/** Ways to write. Each puts its name into what it writes, by which it is found in the log of events; `last` is a record of the same writer. */
const writes = [
  (op) => ({ request: { path: RECORDS, body: { data: { op } } }, read: (json) => [[op, json]] }),
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
  acknowledged = new Map();
  /** What came of each request: `{ at, took, status, code, ok, retryAfter }`. */
  attempts = [];
  #client = new Client();
  #ending = false;
  #workers = [];

  /** `thinking` is the pause of a writer between two writes, in milliseconds, or `waiting` the part of its time in which it does nothing. */
  constructor(origins, { writers = 16, thinking = 20, waiting = 0, retries = true } = {}) {
    this.origins = origins;
    Object.assign(this, { writers, thinking, waiting, retries });
  }

  async start() {
    await this.#client.must(this.origins[0], { method: 'PUT', path: '/api/v1/collections/ledger', body: {} });
    this.#workers = Array.from({ length: this.writers }, (_, number) => this.#write(number));
  }

  /** Ends when every write that was begun has been acknowledged. */
  async stop() {
    this.#ending = true;
    await Promise.all(this.#workers);
    await this.#client.close();
  }

  async #write(number) {
    let last;
    for (let turn = number; !this.#ending; turn++) {
      const way = last ? writes[turn % writes.length] : writes[0];
      const { request, read } = way(randomUUID(), last);
      const answer = await this.#insist(request, randomUUID(), turn);
      if (!answer) continue;
      for (const [op, { id, version }] of read(answer.json)) {
        this.acknowledged.set(op, { id, version });
        last = id;
      }
      await pause(this.waiting ? (answer.took * this.waiting) / (1 - this.waiting) : this.thinking);
    }
  }

  /** The answer, once there is a good one; undefined where one try is all there is. */
  async #insist(request, key, turn) {
    const end = performance.now() + 120_000;
    for (let attempt = turn; ; attempt++) {
      const answer = await this.#client.send(this.origins[attempt % this.origins.length], request, key);
      this.attempts.push({ ...answer, json: undefined }); // a soak keeps many
      if (answer.ok) return answer;
      if (!this.retries) return undefined;
      if (performance.now() > end) throw new Error(`Not acknowledged in two minutes: ${JSON.stringify(answer)}`);
      await pause(100);
    }
  }
}

function create(op) {
  return { op: 'create', collection: 'ledger', data: { op } };
}

function graphql(query, variables) {
  return { path: '/graphql', body: { query, variables } };
}
