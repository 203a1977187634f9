/** Where an attacker sends requests to, and what it may use: one ordinary key, and the ids of its data. */
export interface Target {
  port: number;
  /** The secret of an API key of the attacker's tenant. */
  key: string;
  /** The id of a record whose member `a` is an array of `ARRAY_LENGTH` elements, in the collection `arrays`. */
  arrayId: string;
}

/** The address from which the attacker connects. It differs from the victim's, because some limits are per address. */
export const ATTACKER_ADDRESS = '127.0.0.2';

/** Number of records in the attacker's collection `items`. */
export const ITEMS = 150_000;

export const ARRAY_LENGTH = 250_000;

/** Repeats or holds requests until `signal` is aborted. Ignores how they end. */
export type Run = (target: Target, signal: AbortSignal) => Promise<void>;

export interface Attack {
  /** Identifies the attack on the command line and in the report, such as `1a`. */
  id: string;
  title: string;
  /** Environment variables of the Haven process. */
  env?: Record<string, string>;
  run: Run;
}

/** Settings of a process with little memory. */
export const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=512' };

/** Runs `work` in `count` loops until `signal` is aborted. */
export async function repeat(count: number, signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      await work().catch(() => undefined); // refused, or the server has ended
      await rest(MIN_PAUSE_MS, signal);
    }
  };
  await Promise.all(Array.from({ length: count }, loop));
}

/** Delay between two requests of a loop, so that a refused attacker does not take the CPU of the machine. */
const MIN_PAUSE_MS = 5;

/** Waits, but not longer than until `signal` is aborted. */
export function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal.addEventListener('abort', finish);
  });
}
