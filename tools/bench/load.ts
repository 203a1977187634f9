import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';

import { Pool } from 'undici';
import type { Dispatcher } from 'undici';

/** A request as undici takes it. */
export interface LoadRequest {
  method: Dispatcher.HttpMethod;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Makes the request for any number. */
export type RequestMaker = (number: number) => LoadRequest;

export interface LoadPlan {
  connections: number;
  seconds: number;
  /** Milliseconds between two requests of a connection. */
  pause?: number;
}

/** The requests that were sent, the seconds they really took, and their latencies in microseconds. */
export interface LoadResult {
  requests: number;
  seconds: number;
  latency: RecordableHistogram;
}

/**
 * Sends `request(number)` over `connections` keep-alive connections, one after the other on each, for `seconds`; with a `pause`, so many
 * milliseconds apart.
 * Resolves with what came back: requests, seconds it really took, latencies in microseconds. An answer that is not 2xx fails the bench.
 */
export async function load(
  origin: string,
  request: RequestMaker,
  { connections, seconds, pause = 0 }: LoadPlan,
): Promise<LoadResult> {
  const pool = new Pool(origin, { connections, pipelining: 1 });
  const latency = createHistogram();
  const started = performance.now();
  const end = started + seconds * 1_000;
  let requests = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < end) {
      const sent = performance.now();
      const { statusCode, body } = await pool.request(request(random()));
      const text = await body.text();
      if (statusCode > 299 || text.includes('"errors":[')) throw new Error(`${statusCode}: ${text}`);
      latency.record(Math.max(1, Math.round((performance.now() - sent) * 1_000)));
      requests++;
      if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  const took = (performance.now() - started) / 1_000;
  await pool.close();
  return { requests, seconds: took, latency };
}

function random(): number {
  return Math.floor(Math.random() * 1e9);
}
