import { Client } from './client.ts';
import type { Attempt, ClientRequest } from './client.ts';
import { pause } from './wait.ts';

const RECORDS = '/api/v1/collections/writes/records';
const LIST = `{
  records(collection: "writes", first: 20, sort: ["-$updatedAt"]) {
    edges { node { id version data } } pageInfo { endCursor }
  }
}`;

const LATEST: ClientRequest = { method: 'GET', path: `${RECORDS}?limit=20` };
const reads: ClientRequest[] = [
  LATEST,
  { method: 'POST', path: '/graphql', body: { query: LIST } },
  { method: 'GET', path: `${RECORDS}?limit=1&filter=${encodeURIComponent('{"op":{"_gt":"f"}}')}` },
  { method: 'GET', path: '/api/v1/collections' },
];

/** Clients that read over both APIs, each one request after the other. */
export class Readers {
  readonly attempts: Attempt[] = [];
  readonly #client = new Client();
  #stopping = false;
  readonly #workers: Promise<void>[];

  /** `waiting` is the fraction of the time in which a reader is idle. */
  constructor(origin: string, { readers, waiting }: { readers: number; waiting: number }) {
    this.#workers = Array.from({ length: readers }, (_, number) => this.#read(origin, number, waiting));
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#workers);
    await this.#client.close();
  }

  async #read(origin: string, number: number, waiting: number): Promise<void> {
    for (let turn = number; !this.#stopping; turn++) {
      const { json: _json, ...attempt } = await this.#client.send(origin, reads[turn % reads.length] ?? LATEST);
      this.attempts.push(attempt);
      await pause((attempt.took * waiting) / (1 - waiting));
    }
  }
}
