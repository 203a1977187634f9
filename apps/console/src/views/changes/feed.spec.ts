import { expect, test } from 'vitest';

import type { Change } from 'haven-records';

import { emptyFeed, feedAfter, itemOf } from './feed.js';
import type { Feed, FeedEvent, FeedItem } from './feed.js';

test('new changes are added in front, and those that were read twice appear once', () => {
  const feed = after({ type: 'read', items: items(3, 1), older: 'c1' }, { type: 'arrived', items: items(5, 3) });
  expect(versions(feed)).toEqual([5, 4, 3, 2, 1]);
  expect(feed.older).toBe('c1');
});

test('a paused list stays as it is, and shows what has arrived when it is resumed', () => {
  const paused = after(
    { type: 'read', items: items(2, 1), older: null },
    { type: 'paused' },
    { type: 'arrived', items: items(3, 3) },
    { type: 'arrived', items: items(4, 4) },
  );
  expect(versions(paused)).toEqual([2, 1]);
  expect(paused.held).toHaveLength(2);
  expect(versions(feedAfter(paused, { type: 'resumed' }))).toEqual([4, 3, 2, 1]);
});

test('the oldest changes are dropped, and can be read again', () => {
  const feed = after({ type: 'read', items: items(100, 1), older: null }, { type: 'arrived', items: items(250, 101) });
  expect(versions(feed)).toHaveLength(200);
  expect(feed.older).toBe('c51');
  const more = feedAfter(feed, { type: 'read', items: items(50, 1), older: null });
  expect(versions(more)).toHaveLength(250);
  expect(versions(feedAfter(more, { type: 'arrived', items: items(251, 251) }))).toHaveLength(250);
});

test('after a long pause the list has no gap', () => {
  const paused = after({ type: 'read', items: items(10, 1), older: null }, { type: 'paused' });
  const full = feedAfter(paused, { type: 'arrived', items: items(1_000, 11) });
  expect(full.held).toHaveLength(201);
  const resumed = feedAfter(full, { type: 'resumed' });
  expect(versions(resumed)).toEqual(versions(after({ type: 'read', items: items(1_000, 801), older: null })));
  expect(resumed.older).toBe('c801');
});

test('large documents are not kept', () => {
  expect(itemOf(changeOf(1, { title: 'Alien' }))).toMatchObject({ label: 'Alien', data: { title: 'Alien' } });
  expect(itemOf(changeOf(1, { title: 'Alien', text: 'x'.repeat(300_000) }))).toMatchObject({ data: undefined });
  expect(itemOf({ ...changeOf(1, {}), record: null }).data).toBeNull();
});

function after(...events: FeedEvent[]): Feed {
  return events.reduce(feedAfter, emptyFeed);
}

function versions({ shown = [] }: Feed): number[] {
  return shown.map(({ version }) => version);
}

/** Returns the changes of a record, newest first. */
function items(newest: number, oldest: number): FeedItem[] {
  return Array.from({ length: newest - oldest + 1 }, (_, index) => itemOf(changeOf(newest - index, {})));
}

function changeOf(version: number, data: Record<string, unknown>): Change {
  const at = '2026-11-25T09:30:00.000Z';
  return {
    cursor: `c${version}`,
    type: 'record.updated',
    effect: 'changed',
    collection: 'films',
    recordId: 'a',
    version,
    at,
    actor: 'anna',
    traceId: null,
    cause: null,
    record: { id: 'a', collection: 'films', version, data, createdAt: at, updatedAt: at },
  };
}
