import { HavenError } from '@haven/kernel';

/**
 * Maximum delay that `setTimeout` supports. A longer wait is split: after this delay, the remaining time is computed
 * again.
 */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Returns a signal that aborts when the connection closes, when one of `signals` aborts, or at the time `until`. In the
 * last two cases its reason is an error for the client.
 */
export function expirySignal(connection: AbortSignal, signals: readonly AbortSignal[], until: number): AbortSignal {
  if (until === Infinity) return AbortSignal.any([connection, ...signals]);
  const expiry = new AbortController();
  let timer: NodeJS.Timeout;
  const wait = (): void => {
    const left = until - Date.now();
    if (left <= 0) return expiry.abort(new HavenError('UNAUTHENTICATED', 'The API key or token has expired.'));
    timer = setTimeout(wait, Math.min(left, LONGEST_MS)).unref();
  };
  connection.addEventListener('abort', () => clearTimeout(timer), { once: true });
  wait();
  return AbortSignal.any([connection, ...signals, expiry.signal]);
}
