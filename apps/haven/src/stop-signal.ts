/**
 * A second signal within this time is ignored, because one Ctrl-C may arrive twice: from the terminal and, forwarded,
 * from npm.
 */
const ECHO_MS = 200;

/** Resolves at the first SIGINT or SIGTERM from now on. A second one ends the process at once with code 1. */
export function stopSignal(): Promise<void> {
  let first: number | undefined;
  return new Promise((resolve) => {
    const onSignal = () => {
      first ??= Date.now();
      if (Date.now() - first > ECHO_MS) process.exit(1);
      resolve();
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
}
