import { Client } from './client.ts';
import { pause } from './wait.ts';

const RECORDS = '/api/v1/collections/ledger/records';
const LIST =
  '{ records(collection: "ledger", first: 20, sort: ["-$updatedAt"]) { edges { node { id version data } } pageInfo { endCursor } } }';

const reads = [
  { method: 'GET', path: `${RECORDS}?limit=20` },
  { method: 'POST', path: '/graphql', body: { query: LIST } },
  { method: 'GET', path: `${RECORDS}?limit=1&filter=${encodeURIComponent('{"op":{"_gt":"f"}}')}` },
  { method: 'GET', path: '/api/v1/collections' },
];

/** Clients that read, over both doors, one request after the other. */
export class Readers {
  attempts = [];
  #client = new Client();
  #ending = false;
  #workers;

  /** `waiting` is the part of the time in which a reader does nothing. */
  constructor(origin, { readers, waiting }) {
    this.#workers = Array.from({ length: readers }, (_, number) => this.#read(origin, number, waiting));
  }

  async stop() {
    this.#ending = true;
    await Promise.all(this.#workers);
    await this.#client.close();
  }

  async #read(origin, number, waiting) {
    for (let turn = number; !this.#ending; turn++) {
      const answer = await this.#client.send(origin, reads[turn % reads.length]);
      this.attempts.push({ ...answer, json: undefined });
      await pause((answer.took * waiting) / (1 - waiting));
    }
  }
}
