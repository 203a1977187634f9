import type pg from 'pg';

import type { HavenConfig } from '@haven/config';
import { ADVISORY_LOCKS, advisoryLockHolders, describeHolders, tryAdvisoryLock } from '@haven/database';
import { ProjectionRebuild, rebuildEntries } from '@haven/records';
import type { RepairedEntries } from '@haven/records';

import { withDatabaseConnection } from './database-connection.js';
import { StartError } from './start-error.js';

/** Minimum delay between progress lines, in milliseconds. */
const REPORT_MS = 1_000;

/**
 * Rebuilds all rows from their events, and the entries of declared indexes and the searched text from the rows. Yields
 * progress lines, and finally the number of repaired rows.
 */
export function rebuild(config: HavenConfig): AsyncGenerator<string> {
  return withDatabaseConnection(config, 'haven-rebuild', reportProgress);
}

async function* reportProgress(client: pg.Client): AsyncGenerator<string> {
  const isOnly = await tryAdvisoryLock(client, ADVISORY_LOCKS.rebuild);
  if (!isOnly) {
    const holders = describeHolders(await advisoryLockHolders(client, ADVISORY_LOCKS.rebuild));
    throw new StartError(`Another rebuild is running on this database: ${holders}.`);
  }
  const work = await ProjectionRebuild.begin(client);
  let progress = work.before ?? { looked: 0, mended: 0 };
  if (work.before) yield `Continuing after ${progress.looked} records, ${progress.mended} of them repaired.`;
  let reportedAt = performance.now();
  for await (progress of work.run()) {
    if (performance.now() - reportedAt < REPORT_MS) continue;
    reportedAt = performance.now();
    yield `${progress.looked} records, ${progress.mended} of them repaired …`;
  }
  let entries: RepairedEntries = { added: 0, removed: 0 };
  for await (entries of rebuildEntries(client)) {
    if (entries.added + entries.removed === 0 || performance.now() - reportedAt < REPORT_MS) continue;
    reportedAt = performance.now();
    yield `${entriesOf(entries)} …`;
  }
  await work.finish();
  if (entries.added + entries.removed > 0) yield `${entriesOf(entries)}.`;
  yield `Rebuilt: ${progress.looked} records, ${progress.mended} of them repaired.`;
}

function entriesOf({ added, removed }: RepairedEntries): string {
  return `Index entries: ${added} added, ${removed} removed`;
}
