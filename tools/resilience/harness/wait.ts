/** Resolves after a number of milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export type Truthy<Result> = Exclude<Result, false | 0 | '' | null | undefined>;

/**
 * Calls `poll` until its result is truthy and returns it. Fails after `timeout` milliseconds; `what` names the goal.
 */
export async function until<Result>(
  what: string,
  poll: () => Result | Promise<Result>,
  timeout = 60_000,
  every = 20,
): Promise<Truthy<Result>> {
  const end = performance.now() + timeout;
  for (;;) {
    const result = await poll();
    if (result) return result as Truthy<Result>; // just checked
    if (performance.now() > end) throw new Error(`Timeout of ${timeout / 1_000} s while waiting until ${what}.`);
    await pause(every);
  }
}
