import { describe, expect, it } from 'vitest';

import { FeedCursors } from '@haven/events';
import { Access, CursorCodec } from '@haven/kernel';
import { parseFilter } from '@haven/query';
import type { Filter } from '@haven/query';
import type { LiveRecord } from '@haven/records';

import type { FeedChange } from './change-feed.js';
import { ChangeSelection } from './selection.js';

const caller = { tenantId: 'tenant', actor: 'tester', traceId: '', access: Access.full };
const cursors = new FeedCursors(new CursorCodec('a key'));
const record = (year: number) => ({ data: { year } }) as unknown as LiveRecord; // a filter reads nothing else
const limits = { filterDepth: 5, filterOperators: 50, inLength: 10, patternLength: 10, sortFields: 3 };
const recent = parseFilter({ year: { _gte: 2000 } }, limits);

function effectOf(type: string, before: FeedChange['before'], after: LiveRecord | null, filter?: Filter) {
  const line: FeedChange = {
    seq: 7,
    collection: 'films',
    recordId: 'id',
    version: 2,
    type,
    actor: 'tester',
    traceId: '',
    at: '2026-01-01T00:00:00.000Z',
    cause: null,
    after,
    before,
  };
  return new ChangeSelection(caller, undefined, filter, cursors).changeOf(line)?.effect;
}

describe('a selection without a filter', () => {
  it.each([
    ['record.created', null, 'entered'],
    ['record.updated', record(1999), 'changed'],
    ['record.deleted', record(1999), 'left'],
    ['record.erased', 'unknown', 'left'],
    ['record.restored', null, 'entered'],
    ['record.restored', record(1999), 'changed'],
  ] as const)('shows %s after %j as %s', (type, before, effect) => {
    expect(effectOf(type, before, null)).toBe(effect);
  });
});

describe('a selection with a filter', () => {
  it.each([
    ['enters', record(1999), record(2001), 'entered'],
    ['goes on matching', record(2000), record(2001), 'changed'],
    ['leaves', record(2001), record(1999), 'left'],
    ['never matched', record(1998), record(1999), undefined],
    ['was not kept before', 'unknown', record(1999), 'left'],
  ] as const)('shows a record that %s', (_what, before, after, effect) => {
    expect(effectOf('record.updated', before, after, recent)).toBe(effect);
  });

  it('shows a record if the filter takes too long on one of its documents, which may match', () => {
    const filter = parseFilter({ year: { _like: '%a_b%' } }, limits);
    const text = (year: string) => ({ data: { year } }) as unknown as LiveRecord; // a filter reads nothing else
    expect(effectOf('record.updated', null, text('a'.repeat(2_000_000)), filter)).toBe('entered');
    expect(effectOf('record.updated', null, text('a'.repeat(2_000)), filter)).toBe(undefined);
  });

  it('shows every erasure, because the erased document can no longer be matched with a filter', () => {
    expect(effectOf('record.erased', null, null, recent)).toBe('left');
  });
});

it('seals cursors that contain whether the reader is catching up', () => {
  const selection = new ChangeSelection(caller, undefined, undefined, cursors);
  expect(cursors.open(caller, selection.cursorAt(7))).toEqual({ seq: 7, isCatchingUp: false });
  selection.isCatchingUp = true;
  expect(cursors.open(caller, selection.cursorAt(7))).toEqual({ seq: 7, isCatchingUp: true });
});
