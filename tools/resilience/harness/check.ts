import { Client } from './client.ts';
import type { StoredVersion } from './client.ts';
import type { Postgres } from './postgres.ts';
import type { Report } from './report.ts';

/** A change in the log of events. `op` is the name of the write. */
export interface StoredChange extends StoredVersion {
  op: string;
}

/** The result of comparing acknowledged writes with stored events. */
export interface Comparison {
  acknowledged: number;
  stored: number;
  lost: number;
  twice: number;
  different: number;
  unacknowledged: number;
}

const STORED = `
SELECT record_id AS id, version::int, data->>'op' AS op
FROM haven.events JOIN haven.collections AS c ON c.id = collection_id
WHERE c.name = $1 OR $1 IS NULL ORDER BY position`;

/** Returns all stored changes, or those of one collection. */
export function changesOf(postgres: Postgres, collection: string | null = null): Promise<StoredChange[]> {
  return postgres.query<StoredChange>(STORED, [collection]);
}

/**
 * Compares the acknowledged writes of a load with the log of events. Each must be stored once with the version in its
 * response, and there must be no other events.
 */
export async function compare(
  postgres: Postgres,
  acknowledged: ReadonlyMap<string, StoredVersion>,
): Promise<Comparison> {
  const events = await changesOf(postgres, 'writes');
  const stored = Map.groupBy(events, ({ op }) => op);
  const found = {
    acknowledged: acknowledged.size,
    stored: events.length,
    lost: 0,
    twice: 0,
    different: 0,
    unacknowledged: 0,
  };
  for (const [op, { id, version }] of acknowledged) {
    const [first, ...more] = stored.get(op) ?? [];
    if (!first) found.lost++;
    else if (first.id !== id || first.version !== version) found.different++;
    if (more.length > 0) found.twice++;
  }
  for (const op of stored.keys()) if (!acknowledged.has(op)) found.unacknowledged++;
  return found;
}

/** Adds the result of `compare` to a report. */
export function promiseStored(report: Report, found: Comparison): void {
  const { acknowledged, stored, lost, twice, different, unacknowledged } = found;
  report.figure('writes acknowledged', acknowledged);
  report.promise('no acknowledged write is lost', lost === 0, `${lost} lost`);
  report.promise(
    'each write with an idempotency key is executed once',
    twice === 0 && stored === acknowledged,
    `${twice} twice, ${stored} events`,
  );
  report.promise('each response has the version that is stored', different === 0, `${different} different`);
  report.promise('no unacknowledged write is stored', unacknowledged === 0, `${unacknowledged} unacknowledged`);
}

/** Reads the whole feed. The feed must contain each event once, and the versions of each record in ascending order. */
export async function promiseFeed(report: Report, postgres: Postgres, origin: string): Promise<void> {
  const events = await changesOf(postgres);
  const client = new Client();
  const names: StoredVersion[] = [];
  for (let after = 'earliest', more = true; more;) {
    const page = await client.must(origin, { method: 'GET', path: `/api/v1/changes?after=${after}&limit=500` });
    names.push(...page.items.map(({ recordId, version }) => ({ id: recordId, version })));
    after = page.nextCursor;
    more = page.hasMore;
  }
  await client.close();
  promiseSeen(report, 'the feed', names, events);
}

/** Compares the changes that a reader has seen with the stored events. */
export function promiseSeen(
  report: Report,
  who: string,
  seen: readonly StoredVersion[],
  events: readonly StoredVersion[],
): void {
  const { missing, twice, backwards } = faults(seen, events);
  report.promise(
    `${who} has each change once, versions in order`,
    missing + twice + backwards === 0,
    `${seen.length} changes; ${missing} missing, ${twice} twice, ${backwards} out of order`,
  );
}

function faults(seen: readonly StoredVersion[], events: readonly StoredVersion[]) {
  const names = new Set<string>();
  const last = new Map<string, number>();
  let [twice, backwards] = [0, 0];
  for (const { id, version } of seen) {
    const name = `${id} ${version}`;
    if (names.has(name)) twice++;
    names.add(name);
    if (version <= (last.get(id) ?? 0)) backwards++;
    last.set(id, version);
  }
  const missing = events.filter(({ id, version }) => !names.has(`${id} ${version}`)).length;
  return { missing, twice, backwards };
}
