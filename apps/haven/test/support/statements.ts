import pg from 'pg';
import { vi } from 'vitest';

/** A statement as it was sent. */
export interface Sent {
  name?: string;
  text: string;
  values: unknown[];
}

/** What `work` sends to PostgreSQL over the pool of this process, statement by statement. */
export async function statementsOf(work: () => Promise<unknown>): Promise<Sent[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const requests = query.mock.calls.filter((_call, index) => isOfRequests(query.mock.contexts[index]));
    return requests.flatMap(([first, values]) => sent(first, values)).filter(({ name }) => name !== NOW_AND_THEN);
  } finally {
    query.mockRestore();
  }
}

/** A tenant's usage is looked up by whoever writes, but once a second. */
const NOW_AND_THEN = 'usage';

/** What runs in the background has connections of its own, under other names. */
function isOfRequests(client: unknown): boolean {
  const { connectionParameters } = client as { connectionParameters: { application_name: string } }; // the driver's own, not in its types
  return connectionParameters.application_name === 'haven';
}

/** The driver takes a text, an object with one, or a pipeline of them. */
function sent(first: unknown, values: unknown): Sent[] {
  if (typeof first === 'string') return [{ text: first, values: Array.isArray(values) ? values : [] }];
  const { statements, text, values: own = [] } = first as { statements?: Sent[]; text: string; values?: unknown[] };
  return statements ?? [{ text, values: own }];
}
