const TICK_MS = 100;

/** A line of progress. On a terminal it shows the elapsed seconds. */
export interface Progress {
  done(): void;
  fail(): void;
}

export function showProgress(what: string): Progress {
  const began = performance.now();
  const isTerminal = process.stdout.isTTY;
  const seconds = (): string => ((performance.now() - began) / 1_000).toFixed(1);
  if (!isTerminal) process.stdout.write(`${what} …\n`);
  const tick = (): void => void process.stdout.write(`\r${what} … ${seconds()} s`);
  const timer = isTerminal ? setInterval(tick, TICK_MS) : undefined;
  const end = (result: string): void => {
    clearInterval(timer);
    process.stdout.write(`${isTerminal ? '\r' : ''}${what}: ${result} in ${seconds()} s\n`);
  };
  return { done: () => end('done'), fail: () => end('failed') };
}
