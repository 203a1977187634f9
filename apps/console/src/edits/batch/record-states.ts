import { HavenError } from 'haven-records';
import type { AnySchema, HavenClient } from 'haven-records';

import { recordApiPath } from '../../api/paths.js';
import type { Data } from '../../api/types.js';
import type { State, Step } from './steps.js';

/** The newest version of a record, which may be its deletion. */
export interface Newest {
  version: number;
  /** Null if the record was deleted. */
  data: Data | null;
  actor: string;
  at: string;
}

/** Reads the newest version of a record; null if there never was such a record. */
export async function readNewest(
  haven: HavenClient<AnySchema>,
  record: { collection: string; id: string },
  options: { signal?: AbortSignal } = {},
): Promise<Newest | null> {
  try {
    const request = { method: 'GET', path: historyPath(record), query: { limit: 1 } };
    const [newest = null] = (await haven.request<{ items: Newest[] }>(request, options)).items;
    return newest;
  } catch (error) {
    if (error instanceof HavenError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** Reads the data that is missing in a step, because the change was an effect of a deletion. */
export async function withStates(haven: HavenClient<AnySchema>, step: Step): Promise<Step> {
  const readVersion = (version: number): Promise<State> =>
    haven.request<State>({ method: 'GET', path: `${historyPath(step)}/${version}` });
  if (step.before.data === undefined && step.after.data === null) {
    const newest = await readNewest(haven, step);
    if (newest?.data !== null) return { ...step, before: step.after }; // it exists again, so nothing is to be done
    return { ...step, before: await readVersion(newest.version - 1) };
  }
  const complete = (state: State): State | Promise<State> =>
    state.data === undefined ? readVersion(state.version) : state;
  return { ...step, before: await complete(step.before), after: await complete(step.after) };
}

function historyPath({ collection, id }: { collection: string; id: string }): string {
  return `${recordApiPath(collection, id)}/history`;
}
