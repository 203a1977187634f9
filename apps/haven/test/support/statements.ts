import pg from 'pg';
import { vi } from 'vitest';

/** A statement that was sent to PostgreSQL. */
export interface SentStatement {
  name?: string;
  text: string;
  values: unknown[];
  hasFixedPlan?: boolean;
}

/**
 * Returns the statements that `work` sends to PostgreSQL over the pool of this process, except those that only fix the
 * plans of a few events in an open transaction.
 */
export async function statementsOf(work: () => Promise<unknown>): Promise<SentStatement[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    const requests = query.mock.calls.filter((_call, index) => isOfRequests(query.mock.contexts[index]));
    const all = requests.flatMap(([first, values]) => predictable(sent(first, values)));
    return all.filter(({ name }) => !name?.startsWith('fixedPlan.'));
  } finally {
    query.mockRestore();
  }
}

/**
 * Names of the statements that read the tenant's usage, and whether its collections have changed, and that store when
 * keys were used. They are left out, because they run at most once a second, so that a test cannot predict them.
 */
const AT_MOST_ONCE_A_SECOND = new Set<string | undefined>(['usage', 'types.fingerprint', 'keys.used']);

/**
 * Matches the statements of requests' connections that run every few seconds, and not for a request: they check whether
 * writes and the feed work, and store the counts for the overview.
 */
const CHECKS = /current_setting\('transaction_read_only'\)|FROM haven\.event_positions|haven\.add_activity/;

/**
 * Returns the statements of one call without those that a test cannot predict. If such a statement has a transaction of
 * its own, the statement that sets the tenant for it is left out, too.
 */
function predictable(statements: SentStatement[]): SentStatement[] {
  const left = statements.filter(({ name, text }) => !AT_MOST_ONCE_A_SECOND.has(name) && !CHECKS.test(text));
  return left.length < statements.length && left.every(({ name }) => name === 'tenant') ? [] : left;
}

/** Returns whether a connection serves requests. Background tasks use connections with other application names. */
function isOfRequests(client: unknown): boolean {
  // The driver's types lack this property.
  const { connectionParameters } = client as { connectionParameters: { application_name: string } };
  return connectionParameters.application_name === 'haven';
}

/**
 * Converts the arguments of the driver's `query` to statements. The first is a text, a query object, or a pipeline of
 * several statements. An empty text is no statement: it shows whether a slow connection still works.
 */
function sent(first: unknown, values: unknown): SentStatement[] {
  if (typeof first === 'string') return [{ text: first, values: Array.isArray(values) ? values : [] }];
  const {
    statements,
    text,
    values: own = [],
  } = first as { statements?: SentStatement[]; text: string; values?: unknown[] };
  return statements ?? (text === '' ? [] : [{ text, values: own }]);
}
