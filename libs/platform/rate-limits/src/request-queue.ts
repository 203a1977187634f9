import type { ServerResponse } from 'node:http';

/** Part of the maximum wait for which requests are admitted in the order of their arrival. */
const ORDERLY_PART = 1 / 4;

/** Interval at which requests that wait are admitted if capacity becomes free without an event, in milliseconds. */
export const ADMISSION_MS = 5;

/** `gone`: the client disconnected before its turn. */
export type QueueOutcome = 'admitted' | 'refused' | 'gone';

interface QueuedRequest {
  readonly since: number;
  settle(outcome: QueueOutcome): void;
}

/**
 * Requests that wait for capacity, each for a limited time. Those of a burst are admitted in the order of their
 * arrival. In an overload, which lasts, this order would make all of them late. The newest ones are then admitted
 * first: these are served nearly as fast as without the overload, and those that are not admitted in time are refused.
 * A client that waits for a response sends nothing on its connection, so requests that wait also slow down the clients,
 * whereas those that are refused at once are often sent again at once.
 */
export class RequestQueue {
  /** The oldest request is the first. */
  private readonly requests: QueuedRequest[] = [];

  /** `max` is the maximum number of requests, `maxWait` the time after which one is refused, in milliseconds. */
  constructor(
    private readonly max: number,
    private readonly maxWait: number,
  ) {}

  get size(): number {
    return this.requests.length;
  }

  /** Whether the requests are more than a short burst, because the oldest one has waited long. */
  get isOverloaded(): boolean {
    const [oldest] = this.requests;
    return oldest !== undefined && performance.now() - oldest.since >= ORDERLY_PART * this.maxWait;
  }

  /**
   * Lets a request wait, and removes it if its client disconnects. Returns undefined if it cannot wait and is refused.
   */
  enter(response: ServerResponse): Promise<QueueOutcome> | undefined {
    if (this.maxWait === 0 || this.requests.length >= this.max) return undefined;
    return new Promise((resolve) => {
      const settle = (outcome: QueueOutcome): void => {
        clearTimeout(timer);
        response.off('close', onClose);
        this.requests.splice(this.requests.indexOf(request), 1);
        resolve(outcome);
      };
      const request: QueuedRequest = { since: performance.now(), settle };
      const onClose = (): void => settle('gone');
      const timer = setTimeout(() => settle('refused'), this.maxWait);
      response.once('close', onClose);
      this.requests.push(request);
    });
  }

  /** Admits up to `count` requests, and returns how many were admitted. */
  admit(count: number): number {
    const next = this.isOverloaded ? -1 : 0;
    const admitted = Math.max(0, Math.min(count, this.requests.length));
    for (let left = admitted; left > 0; left--) this.requests.at(next)?.settle('admitted');
    return admitted;
  }
}

/**
 * Returns the maximum number of transactions that wait for the database while requests wait for it too. In an overload,
 * half as many keep the database just as busy, and the requests that are served are faster.
 */
export function poolQueueFor({ isOverloaded }: RequestQueue, poolQueue: number): number {
  return isOverloaded ? Math.floor(poolQueue / 2) : poolQueue;
}
