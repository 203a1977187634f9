import { beforeEach, expect, it, vi } from 'vitest';

import type { CollectionSnapshot } from '@haven/collections';
import { Access } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import { ListTags } from './list-tags.js';
import type { TaggedList } from './list-tags.js';

const caller: Caller = { tenantId: 'tenant', actor: 'tester', traceId: '', access: Access.full };
const films = { id: 1, name: 'films' } as CollectionSnapshot;
const people = { id: 2, name: 'people' } as CollectionSnapshot;
const query: TaggedList['query'] = {
  filter: { kind: 'and', parts: [] },
  sort: [{ field: { system: 'id' }, direction: 'ascending' }],
  indexes: [],
};
const plain: TaggedList = { snapshot: films, query, expansions: [], input: {} };
const expansion = { key: 'director', reference: {} as never, target: people, expansions: [] };

const current = vi.fn<(caller: Caller, ids: readonly number[]) => Promise<string | undefined>>();
let tags: ListTags;

beforeEach(() => {
  current.mockReset().mockResolvedValue('state 1');
  tags = new ListTags({ current });
});

it('differs for other pages, other views of the same page and other states', async () => {
  const lists: TaggedList[] = [
    plain,
    { ...plain, snapshot: people },
    { ...plain, query: { ...query, sort: [{ field: { system: 'id' }, direction: 'descending' }] } },
    { ...plain, input: { limit: 20 } },
    { ...plain, input: { after: 'a' } },
    { ...plain, input: { before: 'a' } },
    { ...plain, input: { fields: 'a' } },
    { ...plain, input: { count: 'exact' } },
    { ...plain, expansions: [expansion] },
    { ...plain, expansions: [{ ...expansion, target: null }] }, // a key that may not read the target
    { ...plain, expansions: [{ ...expansion, expansions: [{ ...expansion, key: 'agent' }] }] },
  ];
  const all = await Promise.all(lists.map((list) => tags.tagOf(caller, list, [])));
  current.mockResolvedValue('state 2');
  all.push(await tags.tagOf(caller, plain, []));
  expect(new Set(all).size).toBe(lists.length + 1);
  expect(all).not.toContain(undefined);
});

it('does not read the state for each list without a condition, but for each with one', async () => {
  const first = await tags.tagOf(caller, plain, undefined);
  expect(await tags.tagOf(caller, plain, undefined)).toBe(first);
  expect(current).toHaveBeenCalledTimes(1);
  await tags.tagOf(caller, plain, []);
  expect(current).toHaveBeenCalledTimes(2);
});

it('is left out after a change by this process, and if the state is not known', async () => {
  await tags.tagOf(caller, plain, undefined);
  tags.changed('tenant', 1);
  expect(await tags.tagOf(caller, plain, undefined)).toBeUndefined();
  current.mockResolvedValue(undefined);
  expect(await tags.tagOf(caller, plain, ['a'])).toBeUndefined();
});

it('identifies the states of all collections that the page shows, each once', async () => {
  await tags.tagOf(caller, { ...plain, expansions: [expansion, { ...expansion, target: films }] }, undefined);
  expect(current).toHaveBeenCalledWith(caller, [1, 2]);
});

it('is left out if a replica may serve the page, or if the page can change without the collection', async () => {
  const consistency = { position: 0n, primary: 0n, pinned: false };
  expect(await tags.tagOf({ ...caller, consistency }, plain, [])).toBeUndefined();
  expect(await tags.tagOf({ ...caller, consistency: { ...consistency, pinned: true } }, plain, [])).toBeDefined();
  expect(await tags.tagOf(caller, { ...plain, query: { ...query, moment: { seq: 1 } } }, [])).toBeUndefined();
  expect(await tags.tagOf(caller, { ...plain, input: { count: 'estimated' } }, [])).toBeUndefined();
});
