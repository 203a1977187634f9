import { expect, test } from 'vitest';

import type { CollectionView } from '../../../api/types.js';
import { storageChange, storageDraft } from './storage-draft.js';

function collection(settings: Pick<CollectionView, 'history' | 'cache'>): CollectionView {
  return settings as CollectionView; // the draft reads no other members
}

test.each<Pick<CollectionView, 'history' | 'cache'>>([
  { history: null, cache: null },
  { history: { keep: 3, for: null }, cache: { maxAge: '500ms' } },
  { history: { keep: null, for: '90d' }, cache: { maxAge: '1h' } },
  { history: { keep: 1, for: '12h' }, cache: null },
])('settings that are not edited stay as they are: %j', (settings) => {
  expect(storageChange(storageDraft(collection(settings)))).toEqual({ settings });
});

test('invalid numbers are not sent', () => {
  const draft = { ...storageDraft(collection({ history: null, cache: null })), isPruned: true };
  expect(storageChange({ ...draft, count: '0' })).toBeNull();
  expect(storageChange({ ...draft, hasCount: false })).toBeNull();
  expect(storageChange({ ...draft, hasTime: true, time: { amount: '1.5', unit: 'd' } })).toBeNull();
  expect(storageChange({ ...draft, count: '5' })).toEqual({
    settings: { history: { keep: 5, for: null }, cache: null },
  });
});
