import type { ClientBase } from 'pg';

import type { HavenConfig } from '@haven/config';
import { sendPipeline, tenantStatement } from '@haven/database';
import { auditFeed } from '@haven/events';
import type { Checkpoint, AuditFinding } from '@haven/events';
import { checkDocuments, checkEntries, checkLinks, checkProjection } from '@haven/records';
import { checkUsage } from '@haven/usage';

import { withDatabaseConnection } from './database-connection.js';
import { StartError } from './start-error.js';

/** Options of a verification. */
export interface VerifyOptions {
  /** Id of the only tenant to verify; all tenants by default. */
  readonly tenant?: string | undefined;
  /** Whether to verify the seals of events as well. */
  readonly audit: boolean;
  /** Exported checkpoints that must match those in the database. */
  readonly exported: readonly Checkpoint[];
}

/** The result of a verification, with its text for the operator. */
export interface TenantVerdict {
  readonly sound: boolean;
  readonly text: string;
}

/** Totals over all tenants. */
type Counts = Record<
  'tenants' | 'records' | 'events' | 'sealed' | 'erased' | 'pruned' | 'waiting' | 'checkpoints',
  number
>;

/**
 * Compares rows with events, index entries and searched text with rows, references with their targets and, with
 * `audit`, events with their seals, tenant by tenant. Stops at the first difference.
 */
export async function verify(config: HavenConfig, options: VerifyOptions): Promise<TenantVerdict> {
  if (options.tenant !== undefined && !UUID.test(options.tenant)) throw new StartError('--tenant must be a UUID.');
  for await (const verdict of withDatabaseConnection(config, 'haven-verify', (client) => verdictOf(client, options)))
    return verdict;
  throw new Error('A verification always ends with a verdict.');
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function* verdictOf(
  client: ClientBase,
  { tenant, audit, exported }: VerifyOptions,
): AsyncGenerator<TenantVerdict> {
  const counts: Counts = {
    tenants: 0,
    records: 0,
    events: 0,
    sealed: 0,
    erased: 0,
    pruned: 0,
    waiting: 0,
    checkpoints: 0,
  };
  const found = await tenantsOf(client);
  const known = [...new Set([...found, ...exported.map((checkpoint) => checkpoint.tenant)])].toSorted();
  for (const each of tenant === undefined ? known : [tenant.toLowerCase()]) {
    const own = exported.filter((checkpoint) => checkpoint.tenant === each);
    const difference = await inSnapshot(client, each, async () => {
      counts.tenants += 1;
      return (audit ? await auditTenant(client, own, counts) : null) ?? (await checkTenant(client, counts));
    });
    if (difference === null) continue;
    yield { sound: false, text: `Tenant ${each}: ${difference}` };
    return;
  }
  yield { sound: true, text: verificationSummary(counts, audit, exported.length) };
}

async function tenantsOf(client: ClientBase): Promise<string[]> {
  const [rows = []] = await sendPipeline(client, [{ text: 'SELECT tenant_id FROM haven.tenant_ids', values: [] }]);
  return rows.map(([tenant]) => tenant ?? '');
}

/** Runs `work` in one snapshot, so that concurrent writes cause no differences. */
async function inSnapshot<T>(client: ClientBase, tenant: string, work: () => Promise<T>): Promise<T> {
  const begin = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', values: [] };
  await sendPipeline(client, [begin, tenantStatement(tenant)]);
  const result = await work();
  await sendPipeline(client, [{ text: 'ROLLBACK', values: [] }]);
  return result;
}

async function checkTenant(client: ClientBase, counts: Counts): Promise<string | null> {
  const { records, events, difference } = await checkProjection(client);
  counts.records += records;
  counts.events += events;
  if (!difference)
    return (
      (await checkEntries(client)) ?? (await checkDocuments(client)) ?? (await checkLinks(client)) ?? checkUsage(client)
    );
  const { collectionId, recordId, version, what } = difference;
  return `record ${recordId} of ${await collectionName(client, collectionId)}, version ${version}: ${what}.`;
}

async function auditTenant(
  client: ClientBase,
  exported: readonly Checkpoint[],
  counts: Counts,
): Promise<string | null> {
  const report = await auditFeed(client, exported);
  for (const count of ['sealed', 'erased', 'pruned', 'waiting', 'checkpoints'] as const) counts[count] += report[count];
  return report.finding && sentenceOf(report.finding);
}

async function collectionName(client: ClientBase, id: number): Promise<string> {
  const text = 'SELECT name FROM haven.collections WHERE tenant_id = haven.current_tenant() AND id = $1';
  const [[row] = []] = await sendPipeline(client, [{ text, values: [id] }]);
  return row?.[0] == null ? `collection number ${id}` : JSON.stringify(row[0]);
}

/**
 * Returns a finding as a sentence, such as `event 5 was altered (record … of "films", version 2): …`. The description
 * of a finding about a checkpoint is a sentence already.
 */
function sentenceOf({ violation, what, seqs, event }: AuditFinding): string {
  const location = event
    ? ` (record ${event.recordId} of ${JSON.stringify(event.collection)}, version ${event.version})`
    : '';
  if (!seqs && event) return `an event was ${violation}${location}: ${what}.`;
  if (!seqs) return what;
  const [first, last] = seqs;
  if (what.endsWith('.')) return `${what} It covers the events ${first} to ${last}.`;
  if (first === last) return `event ${first} was ${violation}${location}: ${what}.`;
  return `one or more of the events ${first} to ${last} were ${violation}: ${what}.`;
}

function verificationSummary(counts: Counts, audit: boolean, exported: number): string {
  const { tenants, records, events, sealed, erased, pruned, waiting, checkpoints } = counts;
  const rows = `Rows and events agree: ${tenants} tenants, ${records} records, ${events} events.`;
  if (!audit) return rows;
  const compared = exported > 0 ? ` Compared with ${exported} exported checkpoints.` : '';
  return (
    `${rows}\nSeals and checkpoints are valid: ${sealed} events (${erased} erased, ${pruned} pruned), ` +
    `${checkpoints} checkpoints; ${waiting} events are not sealed yet.${compared}`
  );
}
