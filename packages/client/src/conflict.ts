import { ConflictError, HavenError } from './error.js';
import type { Problem } from './error.js';
import type { RequestOptions } from './options.js';
import type { HavenRecord } from './record.js';
import type { Transport } from './transport.js';

/**
 * Adds the current record to a version conflict, whose response has only its version. `pathOf` returns the path of the
 * record, or undefined if it is not known. Returns other errors as they are.
 */
export async function withCurrent(
  error: unknown,
  pathOf: (problem: Problem) => string | undefined,
  transport: Transport,
  { signal, timeout }: RequestOptions,
): Promise<unknown> {
  if (!(error instanceof HavenError) || error.code !== 'VERSION_CONFLICT') return error;
  const path = pathOf(error.problem);
  if (path === undefined) return new ConflictError(error.problem, null);
  try {
    const current = await transport.send<HavenRecord>({ method: 'GET', path }, { signal, timeout });
    return new ConflictError(error.problem, current);
  } catch (cause) {
    if (signal?.aborted) return cause;
    return new ConflictError(error.problem, null); // it was deleted, or the key may not read it
  }
}
