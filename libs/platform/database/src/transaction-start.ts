import type { ClientBase } from 'pg';

import type { HavenConfig } from '@haven/config';

import { runtimeSettings } from './connection.js';
import { sendPipeline } from './pipeline.js';
import type { Statement } from './pipeline.js';
import { setConfig, settingsIn } from './session-connection.js';
import { tenantStatement } from './tenant-statement.js';

/** The statements with which transactions start on the connections that serve requests. */
export interface TransactionStart {
  readonly begin: Statement;
  /**
   * The first statement of a pipeline, or the second one after `begin`: sets the tenant and, through a pooler in
   * transaction mode, the role and the timeouts as well, always until the end of the transaction.
   */
  settings(tenantId: string): Statement;
  /** The same for a pipeline that has a statement with a fixed plan. */
  fixedPlanSettings(tenantId: string): Statement;
  /**
   * The same for one pipeline of an open transaction: sent before and after its statements. If the pipeline fails and
   * is undone to a savepoint, the settings stay until the transaction ends.
   */
  readonly fixedPlans: { readonly begin: readonly Statement[]; readonly end: readonly Statement[] };
  /** Whether the role and the timeouts have to be set in each transaction. */
  readonly isNeeded: boolean;
}

/**
 * With these settings, PostgreSQL plans a prepared statement only once, and never by reading whole tables, which are
 * small when a connection is new and may grow before it plans again.
 */
const FIXED_PLAN = [
  "set_config('plan_cache_mode', 'force_generic_plan', true)",
  "set_config('enable_seqscan', 'off', true)",
].join(', ');

const IN_SESSION: TransactionStart = {
  begin: { name: 'begin', text: 'BEGIN', values: [] },
  settings: tenantStatement,
  fixedPlanSettings: (tenantId) => ({
    name: 'tenant.fixedPlan',
    text: `SELECT set_config('haven.tenant', $1, true), ${FIXED_PLAN}`,
    values: [tenantId],
  }),
  fixedPlans: {
    begin: [{ name: 'fixedPlan.begin', text: `SELECT ${FIXED_PLAN}`, values: [] }],
    end: ['plan_cache_mode', 'enable_seqscan'].map((setting) => ({
      name: `fixedPlan.end.${setting}`,
      text: `SET LOCAL ${setting} TO DEFAULT`,
      values: [],
    })),
  },
  isNeeded: false,
};

/** Returns the first statement of a pipeline. */
export function settingsFor(start: TransactionStart, tenantId: string, statements: readonly Statement[]): Statement {
  return statements.some(({ hasFixedPlan }) => hasFixedPlan)
    ? start.fixedPlanSettings(tenantId)
    : start.settings(tenantId);
}

/** Returns how transactions start, according to `database.poolMode`. */
export function transactionStart(config: HavenConfig): TransactionStart {
  const { database } = config;
  if (database.poolMode === 'session') return IN_SESSION;
  const settings = setConfig(
    {
      ...settingsIn(runtimeSettings(config)),
      statement_timeout: database.statementTimeout,
      idle_in_transaction_session_timeout: database.idleInTransactionTimeout,
      // Fails if the default is another level: a pipeline has no BEGIN that could set it.
      transaction_isolation: 'read committed',
    },
    { isLocal: true },
  );
  const text = `SELECT ${settings}, set_config('haven.tenant', $1, true)`;
  const settingsOf = (tenantId: string): Statement => ({ name: 'tenant', text, values: [tenantId] });
  return {
    begin: { name: 'begin', text: 'BEGIN ISOLATION LEVEL READ COMMITTED', values: [] },
    settings: settingsOf,
    fixedPlanSettings: settingsOf, // no statement is prepared
    fixedPlans: { begin: [], end: [] },
    isNeeded: true,
  };
}

/**
 * Runs statements that belong to no tenant, with the role and the timeouts of `start` and in one round trip. `send`
 * must send all of them before it returns its promise.
 */
export async function runWithoutTenant<T>(
  client: ClientBase,
  start: TransactionStart,
  send: () => Promise<T>,
): Promise<T> {
  if (!start.isNeeded) return send();
  const sent = [sendPipeline(client, [start.begin, start.settings('')]), send(), client.query('COMMIT')] as const;
  await Promise.allSettled(sent);
  const [, result] = await Promise.all(sent);
  return result;
}
