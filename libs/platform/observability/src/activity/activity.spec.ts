import { describe, expect, it } from 'vitest';

import { ActivityCounts } from './activity-counts.js';
import { Activity } from './activity.js';

const read = { api: 'rest', status: 200, milliseconds: 8, operation: { name: 'rest a', kind: 'rest a' } } as const;

describe('Activity', () => {
  it('counts by tenant and minute, and returns each count once', () => {
    let now = 60_000;
    const activity = new Activity(() => now);
    activity.countRequest('one', read);
    activity.countRequest('one', { ...read, status: undefined, api: 'graphql', milliseconds: 8.1 });
    activity.countRequest(undefined, { ...read, status: 401, operation: undefined });
    activity.countError(undefined, 'UNAUTHENTICATED');
    now = 120_001;
    activity.countFeedEntries('one', [16, 16]);
    activity.countWebhookAttempt('one', 'failed');
    const taken = activity.take().map(({ counts, ...others }) => ({ ...others, ...counts.byName() }));
    expect(taken).toEqual([
      {
        tenant: 'one',
        since: 60_000,
        'api.rest': 1,
        'api.graphql': 1,
        'status.2xx': 1,
        'status.aborted': 1,
        'latency.12': 1,
        'latency.13': 1,
        'calls.rest a': 2,
        'time.rest a': 16.1,
      },
      {
        tenant: null,
        since: 60_000,
        'api.rest': 1,
        'status.4xx': 1,
        'error.UNAUTHENTICATED': 1,
        'latency.12': 1,
      },
      { tenant: 'one', since: 120_001, 'lag.16': 2, 'attempt.failed': 1 },
    ]);
    expect(activity.take()).toEqual([]);
  });

  it('adds counts that could not be stored to later ones', () => {
    const activity = new Activity(() => 0);
    activity.countRequest('one', read);
    const taken = activity.take();
    activity.countRequest('one', read);
    activity.putBack(taken);
    const [both, ...others] = activity.take();
    expect(both?.counts.byName()).toMatchObject({ 'api.rest': 2, 'latency.12': 2, 'calls.rest a': 2 });
    expect(others).toEqual([]);
  });

  it('drops counts that could not be stored within an hour', () => {
    let now = 0;
    const activity = new Activity(() => now);
    activity.countRequest('one', read);
    now = 3_600_001;
    activity.putBack(activity.take());
    expect(activity.take()).toEqual([]);
  });

  it('counts beyond 20,000 tenants without their names', () => {
    const activity = new Activity(() => 0);
    for (let tenant = 0; tenant < 20_005; tenant++) activity.countRequest(String(tenant), read);
    const taken = activity.take();
    expect(taken).toHaveLength(20_001);
    expect(taken.find(({ tenant }) => tenant === null)?.counts.byName()).toMatchObject({ 'api.rest': 5 });
  });
});

describe('ActivityCounts', () => {
  it('counts streams without their durations', () => {
    const counts = new ActivityCounts();
    counts.addRequest({ ...read, api: 'streams' });
    expect(counts.byName()).toEqual({ 'api.streams': 1, 'status.2xx': 1 });
  });

  it('counts operations beyond 200 under their kind', () => {
    const counts = new ActivityCounts();
    for (let field = 0; field < 203; field++)
      counts.addRequest({ ...read, operation: { name: `graphql f${field}`, kind: 'graphql query' } });
    expect(counts.byName()).toMatchObject({ 'calls.graphql f0': 1, 'calls.graphql query': 3 });
    const all = new ActivityCounts();
    all.addAll(counts, { byKind: true });
    expect(all.byName()).toMatchObject({ 'calls.graphql query': 203, 'time.graphql query': 203 * 8 });
    expect(all.byName()).not.toHaveProperty(['calls.graphql f0']);
  });
});
