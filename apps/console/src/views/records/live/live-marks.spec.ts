import { expect, test } from 'vitest';

import type { Change } from 'haven-records';

import { marksAfter, noMarks, updatedRecords } from './live-marks.js';
import type { LiveMarks } from './live-marks.js';

test('records of the list get a note, and others that match are counted', () => {
  const marks = after(noMarks, [changeOf('a', 2), changeOf('b', 1, { effect: 'entered' }), changeOf('c', 5)]);
  expect([...marks.notes]).toEqual([['a', 'Changed by anna']]);
  expect([...marks.added]).toEqual(['b']);
  expect([...after(marks, [changeOf('b', 2, { effect: 'left' })]).added]).toEqual([]);
});

test('with a search, all changes of other records are noted, because they may match', () => {
  const changes = [changeOf('a', 2), changeOf('b', 3), changeOf('c', 1, { effect: 'entered' })];
  const own = changeOf('d', 1, { effect: 'entered', traceId: 'own' });
  const list = { listed: new Set(['a']), hasSearch: true, isOwn };
  const marks = marksAfter(noMarks, [...changes, own], list);
  expect([...marks.added]).toEqual(['b', 'c']);
  expect([...marksAfter(marks, [changeOf('b', 4, { effect: 'left' })], list).added]).toEqual(['c']);
});

test('a note says what has happened last', () => {
  const first = after(noMarks, [changeOf('a', 2), changeOf('a', 3, { effect: 'left' })]);
  expect(first.notes.get('a')).toBe('No longer matches, changed by anna');
  const second = after(first, [changeOf('a', 4, { type: 'record.deleted', effect: 'left', record: null })]);
  expect(second.notes.get('a')).toBe('Deleted by anna');
});

test('own changes have no notes', () => {
  const marks = after(noMarks, [changeOf('a', 2, { traceId: 'own' }), changeOf('b', 1, { traceId: 'own' })]);
  expect(marks.notes.size + marks.added.size).toBe(0);
  expect(marks.updated.get('a')?.version).toBe(2);
});

test('the list shows the newest versions, and keeps the targets of references', () => {
  const records = [{ ...recordOf('a', 1), expanded: { director: null } }, recordOf('b', 4)];
  const marks = marksAfter(noMarks, [changeOf('a', 2), changeOf('a', 3), changeOf('b', 4), changeOf('c', 9)], {
    listed: new Set(['a', 'b']),
    hasSearch: false,
    isOwn,
  });
  const [a, b] = updatedRecords(records, marks);
  expect(a).toMatchObject({ id: 'a', version: 3, data: { version: 3 }, expanded: { director: null } });
  expect(b).toBe(records[1]);
  expect(updatedRecords(records, noMarks)).toBe(records);
});

function after(marks: LiveMarks, changes: readonly Change[]): LiveMarks {
  return marksAfter(marks, changes, { listed: new Set(['a']), hasSearch: false, isOwn });
}

function isOwn({ traceId }: Change): boolean {
  return traceId === 'own';
}

function changeOf(id: string, version: number, part: Partial<Change> = {}): Change {
  return {
    cursor: `${id}${version}`,
    type: 'record.updated',
    effect: 'changed',
    collection: 'films',
    recordId: id,
    version,
    at: '2026-11-25T09:30:00.000Z',
    actor: 'anna',
    traceId: null,
    cause: null,
    record: recordOf(id, version),
    ...part,
  };
}

function recordOf(id: string, version: number) {
  const at = '2026-11-25T09:30:00.000Z';
  return { id, collection: 'films', version, data: { version }, createdAt: at, updatedAt: at };
}
