import { expect, it } from 'vitest';

import { printJson, RawJson } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';
import { RecordView } from './records.contract.js';

const TIME = '2026-11-23T09:30:00.120Z';

function view(collection: string, data?: object): RecordView {
  const id = '0190a000-0000-7000-8000-000000000001';
  const record = new StoredRecord(id, 3, new RawJson('{"a":  1.0}'), TIME, TIME) as LiveRecord;
  return new RecordView(collection, record, data as never);
}

it.each([
  ['a record', view('movies')],
  ['a collection whose name needs escapes', view('a "name" \\ with ünïcode\u2028')],
  ['some members', view('movies', { 'a"b': [1, null] })],
  ['expanded records', Object.assign(view('movies'), { expanded: { director: view('people'), tags: [null] } })],
])('prints %s like any other object', (_, record) => {
  const { expanded, ...members } = record;
  const others = { ...members, ...(expanded && { expanded }) };
  expect(printJson({ items: [record] })).toBe(printJson({ items: [others] }));
});
