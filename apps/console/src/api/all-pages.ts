import type { HavenClient, HavenRequest } from 'haven-records';
import type { AnySchema } from 'haven-records';

import type { Page } from './types.js';

/** Number of items per request; the most that Haven returns. */
const PAGE = 500;
/** Number of items after which reading stops by default: more would be of no use in a list. */
const MOST = 10_000;

/** Reads a list to its end, or until it has at least `most` items. */
export async function allPages<Item>(
  haven: HavenClient<AnySchema>,
  { path, query }: Pick<HavenRequest, 'path' | 'query'>,
  signal: AbortSignal,
  most = MOST,
): Promise<Item[]> {
  const all: Item[] = [];
  let after: string | undefined;
  do {
    const page = await haven.request<Page<Item>>(
      { method: 'GET', path, query: { ...query, limit: PAGE, after } },
      { signal },
    );
    all.push(...page.items);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined && all.length < most);
  return all;
}
