/** Resolves after so many milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

export type Truthy<Answer> = Exclude<Answer, false | 0 | '' | null | undefined>;

/** Asks until the answer is truthy and returns it; fails after `patience` milliseconds, saying `what` did not happen. */
export async function until<Answer>(
  what: string,
  ask: () => Answer | Promise<Answer>,
  patience = 60_000,
  every = 20,
): Promise<Truthy<Answer>> {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as Truthy<Answer>; // just checked
    if (performance.now() > end) throw new Error(`Not within ${patience / 1_000} s: ${what}.`);
    await pause(every);
  }
}
