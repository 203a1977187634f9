import { Client } from '../harness/client.ts';
import type { Attempt, ClientRequest } from '../harness/client.ts';
import { pause } from '../harness/wait.ts';

const CLIENTS = 4;
const PAUSE_MS = 20;
const ITEMS = '/api/v1/collections/orders/records';

/** How the reads of a tenant went in a period. Times are in milliseconds. */
export interface Measured {
  requests: number;
  p50: number;
  p95: number;
  max: number;
  failed: Attempt[];
}

/** The tenant whose reads an attack may not disturb: it reads records by id and small lists, each in turn. */
export class Victim {
  readonly #client = new Client();
  readonly #origin: string;
  readonly #requests: ClientRequest[];

  constructor(origin: string, key: string, ids: readonly string[]) {
    const headers = { authorization: `Bearer ${key}` };
    const list = { method: 'GET', path: `${ITEMS}?limit=20`, headers } as const;
    this.#origin = origin;
    this.#requests = ids.flatMap((id) => [{ method: 'GET', path: `${ITEMS}/${id}`, headers }, list]);
  }

  /** Reads for a number of milliseconds, and until the last response has arrived. */
  async measure(milliseconds: number): Promise<Measured> {
    const end = performance.now() + milliseconds;
    const attempts: Attempt[] = [];
    await Promise.all(Array.from({ length: CLIENTS }, (_, number) => this.#read(number, end, attempts)));
    const times = attempts.map(({ took }) => took).toSorted((one, other) => one - other);
    const at = (part: number): number => times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? 0;
    const failed = attempts.filter(({ ok }) => !ok);
    return { requests: attempts.length, p50: at(0.5), p95: at(0.95), max: at(1), failed };
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #read(number: number, end: number, attempts: Attempt[]): Promise<void> {
    for (let turn = number; performance.now() < end; turn++) {
      const request = this.#requests[turn % this.#requests.length] ?? this.#requests[0];
      if (!request) throw new Error('The victim has no records.');
      const { json: _json, ...attempt } = await this.#client.send(this.#origin, request);
      attempts.push(attempt);
      await pause(PAUSE_MS);
    }
  }
}
