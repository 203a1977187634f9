import { expect, test } from 'vitest';

import type { Draft } from '../drafts/draft.js';
import { resolutionOf } from './resolution.js';

const base = { version: 1, data: { title: 'Alien', year: 1979 } };
const record = { collection: 'films', id: '1' };
const update: Draft = { ...record, op: 'update', base, data: { title: 'Aliens', year: 1979 } };
const by = { actor: 'key:other', at: '2026-11-30T00:00:00.000Z' };

test('a change is moved to the newest version, and keeps what others have changed', () => {
  const data = { title: 'Alien', year: 1980 };
  expect(resolutionOf(update, { version: 2, data, ...by })).toEqual({
    draft: { ...record, op: 'update', base: { version: 2, data }, data: { title: 'Aliens', year: 1980 } },
    overlaps: [],
  });
});

test('a change of a record that was deleted creates it again, and its deletion is done', () => {
  const deleted = { version: 2, data: null, ...by };
  expect(resolutionOf(update, deleted)).toEqual({
    draft: { ...record, op: 'create', data: update.data },
    overlaps: [],
  });
  expect(resolutionOf({ ...record, op: 'delete', base }, deleted)).toEqual({ overlaps: [] });
  expect(resolutionOf({ ...record, op: 'delete', base }, null)).toEqual({ overlaps: [] });
});

test('a new record whose id exists by now replaces it', () => {
  const data = { title: 'Other' };
  expect(resolutionOf({ ...record, op: 'create', data: update.data }, { version: 5, data, ...by })).toEqual({
    draft: { ...record, op: 'update', base: { version: 5, data }, data: update.data },
    overlaps: [],
  });
});
