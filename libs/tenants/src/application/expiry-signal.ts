import { HavenError } from '@haven/kernel';

/** A timer can not be set for longer: it looks again then. */
const LONGEST_MS = 2 ** 31 - 1;

/** Aborted with the connection, when one of the signals is, or when the time has come; but for the connection's, its reason is an error. */
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
