import { expect, test } from 'vitest';

import type { Draft } from '../drafts/draft.js';
import { undoDraftOf, undoOf } from '../undo/undo.js';
import type { BatchResult } from './operations.js';
import { stepsOf, withoutApplied } from './steps.js';

const base = { version: 3, data: { title: 'Alien' } };
const created: Draft = { op: 'create', collection: 'films', id: '1', data: { title: 'New' } };
const updated: Draft = { op: 'update', collection: 'films', id: '2', base, data: { title: 'Aliens' } };
const deleted: Draft = { op: 'delete', collection: 'people', id: '3', base };

test('the undo deletes what was created, restores what was changed and creates what was deleted', () => {
  const steps =
    stepsOf([created, updated, deleted], [resultOf(1, created), resultOf(4, updated), resultOf(4)], []) ?? [];
  expect(steps.map((step) => undoOf(step, true))).toEqual([
    { op: 'delete', collection: 'films', id: '1', expectedVersion: 1 },
    { op: 'restore', collection: 'films', id: '2', version: 3, expectedVersion: 4 },
    { op: 'create', collection: 'people', id: '3', data: { title: 'Alien' } },
  ]);
  expect(undoOf(steps[1] ?? never(), false)).toEqual({
    op: 'replace',
    collection: 'films',
    id: '2',
    data: { title: 'Alien' },
    expectedVersion: 4,
  });
});

test('the undo brings back what a deletion has changed in other records', () => {
  const effects = [effect('record.updated', '2', 5), effect('record.deleted', '9', 2)];
  const steps = stepsOf([updated, deleted], [resultOf(4, updated), resultOf(4)], effects) ?? [];
  expect(steps.map((step) => undoOf(step, true))).toEqual([
    { op: 'restore', collection: 'films', id: '2', version: 3, expectedVersion: 5 },
    { op: 'create', collection: 'people', id: '3', data: { title: 'Alien' } },
    undefined, // the data of the deleted record has to be read first
  ]);
  expect(stepsOf([deleted], [resultOf(4)], null)).toBeNull();
});

test('the undo can be queued as drafts', () => {
  const steps =
    stepsOf([created, updated, deleted], [resultOf(1, created), resultOf(4, updated), resultOf(4)], []) ?? [];
  expect(steps.map(undoDraftOf)).toEqual([
    { op: 'delete', collection: 'films', id: '1', base: { version: 1, data: { title: 'New' } } },
    {
      op: 'update',
      collection: 'films',
      id: '2',
      base: { version: 4, data: { title: 'Aliens' } },
      data: { title: 'Alien' },
    },
    { op: 'create', collection: 'people', id: '3', data: { title: 'Alien' } },
  ]);
});

test('a draft that was edited while it was applied stays as a change of the result', () => {
  const edited: Draft = { ...updated, data: { title: 'Alien 3' } };
  const other: Draft = { ...updated, id: '7' };
  expect(
    withoutApplied([created, edited, other], [created, updated], [resultOf(1, created), resultOf(4, updated)]),
  ).toEqual([{ ...edited, base: { version: 4, data: { title: 'Aliens' } } }, other]);
});

test('a record that was deleted while its change was applied is still to be deleted', () => {
  const deletion: Draft = { op: 'delete', collection: 'films', id: '2', base };
  const result = { version: 4, data: { title: 'Aliens' } };
  expect(withoutApplied([deletion], [updated], [resultOf(4, updated)])).toEqual([{ ...deletion, base: result }]);
  expect(withoutApplied([deleted], [deleted], [resultOf(4)])).toEqual([]);
});

test('a record that was changed while its deletion was applied is to be created again', () => {
  const { collection, id } = deleted;
  const edited: Draft = { op: 'update', collection, id, base, data: { title: 'Alien 3' } };
  expect(withoutApplied([edited], [deleted], [resultOf(4)])).toEqual([
    { op: 'create', collection, id, data: { title: 'Alien 3' } },
  ]);
});

function resultOf(version: number, draft?: Draft & { data: Record<string, unknown> }): BatchResult {
  if (!draft) return { label: null, status: 204, version, record: null };
  const { collection, id, data } = draft;
  const at = '2026-11-30T00:00:00.000Z';
  return { label: null, status: 200, version, record: { id, collection, version, data, createdAt: at, updatedAt: at } };
}

function effect(type: 'record.updated' | 'record.deleted', id: string, version: number) {
  return { collection: 'films', id, type, version, patch: [], cause: '3' };
}

function never(): never {
  throw new Error('There is no such step.');
}
