import { createHistogram } from 'node:perf_hooks';
import type { RecordableHistogram } from 'node:perf_hooks';

import { Pool } from 'undici';
import type { Dispatcher } from 'undici';

/** A request for undici. */
export interface LoadRequest {
  method: Dispatcher.HttpMethod;
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Creates a request from any integer. */
export type RequestMaker = (number: number) => LoadRequest;

export interface LoadPlan {
  connections: number;
  seconds: number;
  /** Milliseconds between two requests of a connection. */
  pause?: number;
}

/** The number of requests, the actual duration in seconds, and the latencies in microseconds. */
export interface LoadResult {
  requests: number;
  seconds: number;
  latency: RecordableHistogram;
}

/**
 * Sends requests over keep-alive connections for a number of seconds: on each connection one after the other, with a
 * pause if requested. A response that is not 2xx fails the benchmark.
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
