/** Resolves after so many milliseconds. */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks until the answer is truthy and returns it; fails after `patience` milliseconds, saying `what` did not happen. */
export async function until(what, ask, patience = 60_000, every = 20) {
  const end = performance.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (performance.now() > end) throw new Error(`Not within ${patience / 1_000} s: ${what}.`);
    await pause(every);
  }
}
