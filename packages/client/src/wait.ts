/**
 * Resolves after `ms` milliseconds, or earlier if `wake` calls its argument. Rejects with the reason of the signal when
 * it is aborted.
 */
export function wait(ms: number, signal?: AbortSignal, wake?: (resolve: () => void) => () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      stopWaking?.();
      then();
    };
    const stop = (): void => settle(() => reject(reasonOf(signal)));
    const timer = setTimeout(() => settle(resolve), ms);
    const stopWaking = wake?.(() => settle(resolve));
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
  });
}

/** Calls `wake` when a browser is online again. Returns a function that stops this. */
export function onlineAgain(wake: () => void): () => void {
  if (!('addEventListener' in globalThis)) return () => undefined; // Node
  globalThis.addEventListener('online', wake);
  return () => globalThis.removeEventListener('online', wake);
}

/** Returns the reason of an aborted signal as an error. */
export function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new DOMException(String(reason), 'AbortError');
}
