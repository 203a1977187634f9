import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

import { vi } from 'vitest';

import type { Haven } from './haven.js';

/** One request that a receiver got. */
export interface Receipt {
  path: string;
  /** `webhook-id` */
  id: string;
  type: string;
  data: any;
  /** The status of the response. */
  status: number;
  /** Result of verifying with the official package: true, the reason for a failure, or null without a secret. */
  verified: true | string | null;
  at: number;
  headers: Record<string, string>;
  body: string;
}

/**
 * Determines the response to the next `times` matching requests. The first matching rule applies; without one, the
 * response is 204. With a delay of Infinity there is no response.
 */
export interface ResponseRule {
  path?: string;
  record?: string;
  status?: number;
  times?: number;
  headers?: Record<string, string>;
  body?: string;
  delay?: number;
}

/** A receiver in a separate process. */
export interface Receiver {
  url(path?: string): string;
  receipts: Receipt[];
  /** Returns the requests that got a successful response. */
  delivered(path?: string): Receipt[];
  setSecret(path: string, secret: string): Promise<void>;
  respondWith(rule: ResponseRule): Promise<void>;
  /** Removes all rules. */
  resetResponses(): Promise<void>;
  /** Resolves when `count` requests were delivered. */
  waitForDelivered(count: number, path?: string): Promise<void>;
  stop(): Promise<void>;
  port: number;
}

/** Resolves when the check succeeds. The timeout is long because the machine may be busy. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** Returns how many processes serve a webhook. Each holds an advisory lock whose number comes from the webhook's id. */
export async function processesServing(haven: Haven, id: string): Promise<number> {
  const [row] = await haven.sql(
    "SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND objid = ('x' || right($1, 8))::bit(32)::bigint::oid",
    [id],
  );
  return row!.count;
}

/** Starts a receiver, optionally on the port of a previous one. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const child = fork(resolve(import.meta.dirname, 'webhook-receiver-process.mjs'), [String(port)]);
  const receipts: Receipt[] = [];
  let onDone: (() => void) | undefined;
  const listening = new Promise<number>((listens) => {
    child.on('message', (message: { port?: number; receipt?: Receipt; done?: true }) => {
      if (message.port !== undefined) listens(message.port);
      if (message.receipt) receipts.push(message.receipt);
      if (message.done) onDone?.();
    });
  });
  const send = (message: object): Promise<void> =>
    new Promise((done) => {
      onDone = done;
      child.send(message);
    });
  const delivered = (path?: string) =>
    receipts.filter((each) => each.status < 300 && (path === undefined || each.path === path));
  const at = await listening;
  return {
    port: at,
    receipts,
    delivered,
    url: (path = '/') => `http://127.0.0.1:${at}${path}`,
    setSecret: (path, secret) => send({ secret: { path, secret } }),
    respondWith: (rule) => send({ rule }),
    resetResponses: () => send({ reset: true }),
    waitForDelivered: async (count, path) => {
      await vi.waitFor(
        () => {
          const actual = delivered(path).length;
          if (actual < count) throw new Error(`${actual} of ${count} were delivered`);
        },
        { timeout: 30_000, interval: 10 },
      );
    },
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
