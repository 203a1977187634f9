import type { AnySchema, HavenClient } from 'haven-records';

import type { Page } from '../../../api/types.js';
import { webhookPath } from '../../../api/webhooks.js';
import type { Delivery } from '../../../api/webhooks.js';

/** Number of deliveries per request, and number of requests at most. */
const PAGE = 500;
const PAGES = 20;

/** Deliveries are logged concurrently, so those of this many milliseconds may not be in the order of the feed. */
const DISORDER = 60_000;

/**
 * Returns a cursor of the feed before all changes that a webhook has logged since a time. The feed itself cannot be
 * searched by time. Some earlier changes may follow the cursor too.
 */
export async function cursorBefore(haven: HavenClient<AnySchema>, webhook: string, time: number): Promise<string> {
  const path = webhookPath(webhook, '/deliveries');
  let after: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const query = { limit: PAGE, after };
    const { items, nextCursor } = await haven.request<Page<Delivery>>({ method: 'GET', path, query });
    const earlier = items.find(({ createdAt }) => Date.parse(createdAt) < time - DISORDER);
    if (earlier) return earlier.cursor;
    if (nextCursor === null) return cursorBeforeChange(haven, items.at(-1)?.cursor);
    after = nextCursor;
  }
  throw new Error(`The webhook has sent more than ${PAGE * PAGES} changes since then. Enter a cursor.`);
}

async function cursorBeforeChange(haven: HavenClient<AnySchema>, cursor: string | undefined): Promise<string> {
  if (cursor === undefined) throw new Error('The webhook has sent nothing since then.');
  const [before] = (await haven.changesPage({ after: cursor, order: 'desc', limit: 1 })).items;
  return before?.cursor ?? 'earliest';
}
