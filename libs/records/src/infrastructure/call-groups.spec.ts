import { setImmediate } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { RolledBack } from '@haven/database';

import { CallGroups } from './call-groups.js';

/** Groups whose results the test returns, in the order in which they were sent. Items that are sent alone get a `?`. */
function groups(limits: { items?: number; bytes?: number; wait?: number } = {}) {
  const sent: { items: readonly string[]; settle: PromiseWithResolvers<void> }[] = [];
  const send = async (...items: readonly string[]) => {
    const settle = Promise.withResolvers<void>();
    sent.push({ items, settle });
    await settle.promise;
    return items.map((item) => `${item}!`);
  };
  const calls = new CallGroups<string, string>(
    { items: 4, bytes: 100, wait: 60_000, pause: 60_000, ...limits },
    { alone: async (item) => (await send(`${item}?`)).join(), together: (items) => send(...items) },
  );
  const call = (name: string, lane = 'lane', bytes = 1) => calls.call(lane, [name], name, bytes);
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
    expect(items()).toEqual([['a?']]);
    await finish(0);
    expect(items()).toEqual([['a?'], ['b', 'c']]);
    await finish(1);
    void call('d');
    await setImmediate();
    expect(items()).toEqual([['a?'], ['b', 'c'], ['d?']]);
  });

  it('do not wait if the waiting group has no place for one more', async () => {
    const { call, items } = groups({ items: 2, bytes: 10 });
    for (const name of ['a', 'b', 'c']) void call(name);
    expect(items()).toEqual([['a', 'b']]);
    void call('d', 'lane', 10);
    expect(items()).toEqual([['a', 'b'], ['c?']]);
  });

  it('do not wait longer than the limit if the group before them gets no response', async () => {
    const { call, items } = groups({ wait: 1 });
    void call('a');
    await setImmediate();
    void call('b');
    await expect.poll(items).toEqual([['a?'], ['b?']]);
  });

  it('have different names and the same lane, and those without a group are sent alone at once', async () => {
    const { calls, call, items } = groups();
    void call('a');
    void call('a');
    void calls.call(undefined, ['b'], 'b', 1);
    expect(items()).toEqual([['a?'], ['b?']]);
    void call('a', 'other');
    await setImmediate();
    expect(items()).toEqual([['a?'], ['b?'], ['a?'], ['a?']]);
  });

  it('fail together if nobody knows the outcome', async () => {
    const { call, finish, items } = groups();
    const results = Promise.allSettled([call('a'), call('b')]);
    await setImmediate();
    await finish(0, new Error('broken'));
    expect((await results).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(items()).toEqual([['a', 'b']]);
  });

  it('are sent one by one if nothing of the group was done, and so are the next ones of the lane', async () => {
    const { call, finish, items } = groups();
    const results = Promise.all([call('a'), call('b')]);
    await setImmediate();
    await finish(0, new RolledBack());
    for (const place of [1, 2]) await finish(place);
    expect(await results).toEqual(['a?!', 'b?!']);
    for (const lane of ['lane', 'other']) void call('c', lane);
    expect(items()).toEqual([['a', 'b'], ['a?'], ['b?'], ['c?']]);
  });
});
