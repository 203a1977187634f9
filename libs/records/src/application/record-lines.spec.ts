import { expect, it } from 'vitest';

import { printJson, RawJson } from '@haven/kernel';

import type { LiveRecord } from '../domain/record-reader.js';
import { StoredRecord } from '../domain/stored-record.js';
import { linePrinter } from './record-lines.js';
import { RecordView } from './records.contract.js';

const TIMES = ['2026-11-23T09:30:00.120Z', '2026-11-24T09:30:00.000Z'] as const;
const record = (text: string): LiveRecord =>
  new StoredRecord('01890a5d-ac96-774b-bcce-b302099a8057', 7, new RawJson(text), ...TIMES) as LiveRecord; // it lives

it('prints the same as a view, and documents as they are', () => {
  const records = ['{"a": "\\u2028\\"", "b": [1, 2]}', '{}'].map(record);
  const views = records.map((each) => `${printJson(new RecordView('mov"ies', each))}\n`).join('');
  expect(linePrinter('mov"ies', 'record')(records)).toBe(views);
  expect(linePrinter('movies', 'document')(records)).toBe('{"a": "\\u2028\\"", "b": [1, 2]}\n{}\n');
});
