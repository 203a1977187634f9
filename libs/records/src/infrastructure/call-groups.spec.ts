import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { CallGroups } from './call-groups.js';

/** Groups whose results the test returns, in the order in which they were sent. */
function groups(limits: { items?: number; bytes?: number; wait?: number } = {}) {
  const sent: { items: readonly string[]; settle: PromiseWithResolvers<void> }[] = [];
  const calls = new CallGroups<string, string>({ items: 4, bytes: 100, wait: 60_000, ...limits }, async (items) => {
    const settle = Promise.withResolvers<void>();
    sent.push({ items, settle });
    await settle.promise;
    return items.map((item) => `${item}!`);
  });
  const call = (name: string, lane = 'lane', bytes = 1) => calls.call(lane, name, name, bytes);
  const finish = async (place: number, error?: Error) => {
    if (error) sent[place]?.settle.reject(error);
    else sent[place]?.settle.resolve();
    await setImmediate();
  };
  return { calls, call, finish, items: () => sent.map((group) => group.items) };
}

describe('calls in groups', () => {
  it('are sent together at the end of the turn in which they arrive, and each gets its result', async () => {
    const { call, finish, items } = groups();
    const results = Promise.all([call('a'), call('b')]);
    expect(items()).toEqual([]);
    await setImmediate();
    expect(items()).toEqual([['a', 'b']]);
    await finish(0);
    expect(await results).toEqual(['a!', 'b!']);
  });

  it('wait for the group before them, which they do not join any more', async () => {
    const { call, finish, items } = groups();
    void call('a');
    await setImmediate();
    void call('b');
    await setImmediate();
    void call('c');
    await setImmediate();
    expect(items()).toEqual([['a']]);
    await finish(0);
    expect(items()).toEqual([['a'], ['b', 'c']]);
    await finish(1);
    void call('d');
    await setImmediate();
    expect(items()).toEqual([['a'], ['b', 'c'], ['d']]);
  });

  it('do not wait if the waiting group has no place for one more', async () => {
    const { call, items } = groups({ items: 2, bytes: 10 });
    for (const name of ['a', 'b', 'c']) void call(name);
    expect(items()).toEqual([['a', 'b']]);
    void call('d', 'lane', 10);
    expect(items()).toEqual([['a', 'b'], ['c']]);
  });

  it('do not wait longer than the limit if the group before them gets no response', async () => {
    const { call, items } = groups({ wait: 1 });
    void call('a');
    await setImmediate();
    void call('b');
    await expect.poll(items).toEqual([['a'], ['b']]);
  });

  it('have different names, and other lanes do not wait', async () => {
    const { call, items } = groups();
    void call('a');
    expect(call('a')).toBe(undefined);
    void call('a', 'other');
    await setImmediate();
    expect(items()).toEqual([['a'], ['a']]);
  });

  it('fail together, and are refused while their lane is paused', async () => {
    const { calls, call, finish, items } = groups();
    const results = Promise.allSettled([call('a'), call('b')]);
    await setImmediate();
    const next = call('c');
    await finish(0, new Error('broken'));
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await finish(1);
    expect(await next).toBe('c!');
    expect(items()).toEqual([['a', 'b'], ['c']]);
    calls.pause('lane', 60_000);
    expect(call('d')).toBe(undefined);
    expect(call('d', 'other')).toBeDefined();
  });
});
