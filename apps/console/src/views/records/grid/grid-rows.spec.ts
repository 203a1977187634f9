import { describe, expect, it } from 'vitest';

import type { RecordView } from '../../../api/types.js';
import type { Draft } from '../../../edits/drafts/draft.js';
import { deletionOf, draftWith, gridRows, isChanged, rowSince, stateOf } from './grid-rows.js';
import type { GridRow } from './grid-rows.js';

const record = (id: string, data: RecordView['data'], version = 1): RecordView => ({
  id,
  collection: 'films',
  version,
  data,
  createdAt: '',
  updatedAt: '',
});
const base = { version: 1, data: { title: 'Heat', year: 1995 } };
const stored = record('a', base.data);
const rowOf = (records: RecordView[], drafts: Draft[]): GridRow => gridRows(records, drafts)[0]!;

describe('rows with drafts', () => {
  it('shows new records first, and the values of drafts', () => {
    const drafts: Draft[] = [
      { collection: 'films', id: 'a', op: 'update', base, data: { title: 'Heat 2' } },
      { collection: 'films', id: 'b', op: 'create', data: { title: 'New' } },
    ];
    const rows = gridRows([stored], drafts);
    expect(rows.map(({ id, data }) => [id, data.title])).toEqual([
      ['b', 'New'],
      ['a', 'Heat 2'],
    ]);
    expect(rows.map(stateOf)).toEqual(['new', 'changed']);
  });

  it('keeps the object of a row without a draft, so that it is not rendered again', () => {
    const [before] = gridRows([stored], []);
    expect(gridRows([record('c', { title: 'Ran' }), stored], [])[1]).toBe(before);
    const draft: Draft = { collection: 'films', id: 'a', op: 'update', base, data: { title: 'Heat 2' } };
    expect(gridRows([stored], [draft])[0]).not.toBe(before);
    expect(gridRows([record('a', { title: 'Heat 3' }, 2)], [])[0]).not.toBe(before);
  });

  it('recognizes a conflict by the version', () => {
    const draft: Draft = { collection: 'films', id: 'a', op: 'delete', base };
    expect(stateOf(rowOf([stored], [draft]))).toBe('deleted');
    expect(stateOf(rowOf([record('a', {}, 2)], [draft]))).toBe('conflict');
  });
});

describe('draftWith', () => {
  it('keeps the base of an earlier change', () => {
    const first = draftWith(rowOf([stored], []), ['year'], 1996, 'films');
    expect(first).toEqual({ collection: 'films', id: 'a', op: 'update', base, data: { title: 'Heat', year: 1996 } });
    const row = rowOf([record('a', { title: 'Other' }, 2)], [first!]);
    expect(draftWith(row, ['title'], 'X', 'films')).toEqual({ ...first, data: { title: 'X', year: 1996 } });
  });

  it('returns null if the record is as it was', () => {
    const row = rowOf([stored], [{ collection: 'films', id: 'a', op: 'update', base, data: { title: 'X' } }]);
    expect(draftWith(row, ['title'], 'Heat', 'films')).not.toBeNull();
    const again = rowOf([stored], [draftWith(row, ['title'], 'Heat', 'films')!]);
    expect(draftWith(again, ['year'], 1995, 'films')).toBeNull();
  });

  it('changes a record that was not created yet', () => {
    const row = rowOf([], [{ collection: 'films', id: 'b', op: 'create', data: {} }]);
    expect(draftWith(row, ['title'], 'X', 'films')).toEqual({
      collection: 'films',
      id: 'b',
      op: 'create',
      data: { title: 'X' },
    });
    expect(deletionOf(row, 'films')).toBeNull();
  });
});

describe('rowSince', () => {
  it('keeps the version that the user has seen while others change the record', () => {
    const begun = rowOf([stored], []);
    const draft = draftWith(rowSince(begun, undefined), ['title'], 'Heat 2', 'films');
    expect(draft).toMatchObject({ base, data: { title: 'Heat 2', year: 1995 } });
    expect(stateOf(rowOf([record('a', { title: 'Heat', year: 1996 }, 2)], [draft!]))).toBe('conflict');
  });

  it('keeps what another tab has changed in the draft', () => {
    const draft: Draft = { collection: 'films', id: 'a', op: 'update', base, data: { title: 'Heat', year: 1996 } };
    const since = (begun: Draft[], now?: Draft) =>
      draftWith(rowSince(rowOf([stored], begun), now), ['title'], 'X', 'films');
    expect(since([], draft)).toEqual({ ...draft, data: { title: 'X', year: 1996 } });
    expect(since([draft])).toEqual({ ...draft, data: { title: 'X', year: 1995 } });
  });
});

it('marks the cells that were changed', () => {
  const row = rowOf([stored], [{ collection: 'films', id: 'a', op: 'update', base, data: { title: 'X', year: 1995 } }]);
  const column = (name: string) =>
    ({ path: name, names: [name], label: name, type: 'any', isDeclared: false }) as const;
  expect(isChanged(row, column('title'))).toBe(true);
  expect(isChanged(row, column('year'))).toBe(false);
});
