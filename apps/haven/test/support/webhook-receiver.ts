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
  /** What it answered. */
  status: number;
  /** By the official package: true, why not, or null where it knows no secret. */
  verified: true | string | null;
  at: number;
  headers: Record<string, string>;
  body: string;
}

/** How requests are answered: the first rule that fits, so often. Nothing fits: 204. A delay of Infinity: never. */
export interface Rule {
  path?: string;
  record?: string;
  status?: number;
  times?: number;
  headers?: Record<string, string>;
  body?: string;
  delay?: number;
}

/** A receiver in a process of its own. */
export interface Receiver {
  url(path?: string): string;
  receipts: Receipt[];
  /** What was answered with success. */
  delivered(path?: string): Receipt[];
  knows(path: string, secret: string): Promise<void>;
  answers(rule: Rule): Promise<void>;
  answersWell(): Promise<void>;
  /** Resolves when so many were delivered. */
  has(count: number, path?: string): Promise<void>;
  stop(): Promise<void>;
  port: number;
}

/** Resolves when the check holds: a busy machine may take its time. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

/** How many processes work on a webhook: its lane is an advisory lock by the second half of its id. */
export async function lanesOf(haven: Haven, id: string): Promise<number> {
  const [row] = await haven.sql(
    "SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND objid = ('x' || right($1, 8))::bit(32)::bigint::oid",
    [id],
  );
  return row!.count;
}

/** Starts a receiver; on a port that one before has had, when it comes back. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const child = fork(resolve(import.meta.dirname, 'webhook-receiver-process.mjs'), [String(port)]);
  const receipts: Receipt[] = [];
  let tell: (() => void) | undefined;
  const listening = new Promise<number>((listens) => {
    child.on('message', (message: { port?: number; receipt?: Receipt; done?: true }) => {
      if (message.port !== undefined) listens(message.port);
      if (message.receipt) receipts.push(message.receipt);
      if (message.done) tell?.();
    });
  });
  const send = (message: object): Promise<void> =>
    new Promise((done) => {
      tell = done;
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
    knows: (path, secret) => send({ secret: { path, secret } }),
    answers: (answer) => send({ answer }),
    answersWell: () => send({ forget: true }),
    has: async (count, path) => {
      await vi.waitFor(
        () => {
          const there = delivered(path).length;
          if (there < count) throw new Error(`${there} of ${count} were delivered`);
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
