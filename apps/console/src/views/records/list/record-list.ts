import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';

import { HavenError } from 'haven-records';
import type { AnySchema, HavenClient } from 'haven-records';

import { collectionApiPath } from '../../../api/paths.js';
import type { Data, Page, RecordView } from '../../../api/types.js';
import { filterWithSearch } from '../../../filter/filter-with-search.js';
import { isObject } from '../../../values/diff.js';
import type { SentSortField } from '../columns/sort.js';

/** The selection of a list. */
export interface ListQuery {
  filter: Data;
  sort: readonly SentSortField[];
  search: string;
  asOf: string | null;
  /** Paths of the references whose targets are read too. */
  expand: readonly string[];
}

/** A page of records. */
export interface RecordPage extends Page<RecordView> {
  previousCursor: string | null;
  /** Whether more records match than the best ones, of which the list consists. */
  truncated?: boolean;
}

/** The first page fills a screen; the size of the next ones depends on the size of the records. */
const FIRST = 50;
const MOST = 200;
/** Size of a page after the server has refused a larger one. */
const SMALL = 20;
/** Characters that a page should have at most. */
const PAGE_LENGTH = 2_000_000;
/** Pages that are kept in memory. Those far above the visible part are read again when the user scrolls up. */
const KEPT = 50;

interface Position {
  after?: string;
  before?: string;
  limit: number;
}

/** Reads the records of a collection, page by page, in both directions. */
export function recordListQuery(haven: HavenClient<AnySchema>, collection: string, query: ListQuery) {
  const start: Position = { limit: FIRST };
  return infiniteQueryOptions({
    queryKey: ['records', collection, 'list', query],
    queryFn: ({ pageParam, signal }) => readPage(haven, collection, { ...bodyOf(query), ...pageParam }, signal),
    initialPageParam: start,
    getNextPageParam: (page): Position | null =>
      page.nextCursor === null ? null : { after: page.nextCursor, limit: limitAfter(page) },
    getPreviousPageParam: (page): Position | null =>
      page.previousCursor === null ? null : { before: page.previousCursor, limit: limitAfter(page) },
    maxPages: KEPT,
    // Otherwise the library would compare each page with the one before it when the first page is left out, which are
    // 10,000 records. The pages that stay are the same objects anyway.
    structuralSharing: false,
    placeholderData: keepPreviousData,
  });
}

/** Counts the records that match. */
export function countQuery(haven: HavenClient<AnySchema>, collection: string, query: ListQuery) {
  const { filter, asOf } = bodyOf(query);
  return queryOptions({
    queryKey: ['records', collection, 'count', filter, asOf],
    queryFn: async ({ signal }) => {
      const page = await readPage(haven, collection, { filter, asOf, limit: 1, count: 'exact' }, signal);
      return page.total ?? 0;
    },
    enabled: false, // the user asks for it: PostgreSQL reads all matching records
  });
}

async function readPage(
  haven: HavenClient<AnySchema>,
  collection: string,
  body: Data,
  signal: AbortSignal,
): Promise<RecordPage> {
  const path = `${collectionApiPath(collection)}/query`;
  const send = (content: Data): Promise<RecordPage> =>
    haven.request<RecordPage>({ method: 'POST', path, body: content }, { signal });
  // The expanded records of a response are limited. If they are too many, the page gets smaller, or shows their ids.
  const limit = Math.min(SMALL, Number(body.limit));
  return send(body)
    .catch((error: unknown) => (isTooLarge(error) ? send({ ...body, limit }) : Promise.reject(error)))
    .catch((error: unknown) =>
      isTooLarge(error) ? send({ ...body, limit, expand: undefined }) : Promise.reject(error),
    );
}

function isTooLarge(error: unknown): boolean {
  return error instanceof HavenError && error.code === 'LIMIT_EXCEEDED';
}

function bodyOf(query: ListQuery): { filter: Data; sort?: unknown; asOf?: string; expand?: readonly string[] } {
  const hasSearch = query.search.trim() !== '';
  const sort = query.sort.length > 0 ? query.sort : hasSearch ? '$score' : undefined;
  return {
    filter: filterWithSearch(query),
    sort,
    asOf: query.asOf ?? undefined,
    expand: query.expand.length > 0 ? query.expand : undefined,
  };
}

/** Returns a limit for the page after another one, so that pages of large records stay small. */
export function limitAfter({ items }: Pick<RecordPage, 'items'>): number {
  const length = items.reduce((total, { data }) => total + lengthOf(data, 1_000), 0);
  const mean = length / Math.max(items.length, 1);
  return Math.max(5, Math.min(MOST, Math.floor(PAGE_LENGTH / Math.max(mean, 1))));
}

/** Estimates the number of characters of a value from its first `nodes` parts. */
function lengthOf(value: unknown, nodes: number): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 8;
  const parts: unknown[] = isObject(value) ? Object.values(value) : Array.isArray(value) ? value : [];
  const read = parts.slice(0, nodes);
  const length = read.reduce<number>((total, part) => total + 16 + lengthOf(part, nodes / 10), 0);
  return read.length === 0 ? 2 : (length * parts.length) / read.length;
}
