import type pg from 'pg';

import type { HavenConfig } from '@haven/config';
import { ADVISORY_LOCKS, tryAdvisoryLock } from '@haven/database';
import { ProjectionRebuild } from '@haven/records';

import { withDatabaseConnection } from './database-connection.js';
import { StartError } from './start-error.js';

/** Lines of progress are no more frequent than this. */
const REPORT_MS = 1_000;

/** Makes all rows from their events; says how far it is, and at the end what it has mended. */
export function rebuild(config: HavenConfig): AsyncGenerator<string> {
  return withDatabaseConnection(config, 'haven-rebuild', reportProgress);
}

async function* reportProgress(client: pg.Client): AsyncGenerator<string> {
  const isOnly = await tryAdvisoryLock(client, ADVISORY_LOCKS.rebuild);
  if (!isOnly) throw new StartError('Another rebuild is running on this database.');
  const work = await ProjectionRebuild.begin(client);
  let progress = work.before ?? { looked: 0, mended: 0 };
  if (work.before) yield `Going on after ${progress.looked} records, ${progress.mended} of them mended.`;
  let said = performance.now();
  for await (progress of work.run()) {
    if (performance.now() - said < REPORT_MS) continue;
    said = performance.now();
    yield `${progress.looked} records, ${progress.mended} of them mended …`;
  }
  yield `Rebuilt: ${progress.looked} records, ${progress.mended} of them mended.`;
}
