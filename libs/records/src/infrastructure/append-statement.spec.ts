import { describe, expect, it } from 'vitest';

import { Access, Precondition, RawJson } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';
import type { IndexDefinition } from '@haven/query';

import { createdEvent, removedEvent, replacedEvent, StoredRecord } from '../domain/stored-record.js';
import type { RecordEvent } from '../domain/record-event.js';
import type { WrittenCollection } from '../domain/record-store.js';
import { appendStatement } from './append-statement.js';
import { eventWrite } from './event-write.js';

const caller = { tenantId: 't', actor: 'tester', traceId: '', access: Access.full };
const year: IndexDefinition = {
  id: 1,
  unique: false,
  members: [{ field: { path: ['year'] }, direction: 'ascending' }],
};
const plain = { id: 1, name: 'films', revision: 1, indexes: [], indexesText: null, search: null };
const indexed = { ...plain, indexes: [year], indexesText: '[]' };

/** Returns the statement that writes one event. */
function statementOf(collection: WrittenCollection, event: RecordEvent, marker?: string) {
  const document = event.data && RawJson.of(event.data);
  return appendStatement(collection, [eventWrite(caller, collection, event, document)], marker);
}

/** A document that counts how often its value is read. */
class CountingJson extends RawJson {
  reads = 0;

  override get value(): JsonObject {
    this.reads++;
    return super.value;
  }
}

function stored(): { document: CountingJson; record: StoredRecord } {
  const document = new CountingJson('{"year":1999,"title":"A"}');
  return {
    document,
    record: new StoredRecord('r', 1, document, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z'),
  };
}

describe('the statement that writes a record', () => {
  it('does not parse the old document of a collection without indexes, nor for a deletion', () => {
    const { document, record } = stored();
    const data = { year: 2000 };
    statementOf(plain, replacedEvent('r', record, data, Precondition.none));
    const deleted = statementOf(indexed, removedEvent('r', record, Precondition.none));
    expect(document.reads).toBe(0);
    expect(deleted.name).toBe('records.append.one.index');
  });

  it('has no entries if the indexed members keep their values', () => {
    const write = (data: JsonObject) => {
      const event = replacedEvent('r', stored().record, data, Precondition.none);
      return statementOf(indexed, event).name;
    };
    expect(write({ year: 1999, title: 'B' })).toBe('records.append.one');
    expect(write({ year: 2000, title: 'A' })).toBe('records.append.one.index');
    expect(write({ title: 'A' })).toBe('records.append.one.index');
  });

  it('computes the keys of new records here, unless an index contains the time of the event', () => {
    const write = (data: JsonObject, times: string[][]) => {
      const event = { ...createdEvent('r', null, data), times };
      return statementOf(indexed, event, 'marker');
    };
    const elsewhere = write({ year: 1999, at: { time: 'marker' } }, [['at', 'time']]);
    expect([elsewhere.name, elsewhere.values.slice(-2)]).toEqual(['records.append.one.given.timed', ['marker', null]]);
    expect(write({ year: 'marker' }, [['year']]).name).toBe('records.append.one.index.timed');
    expect(write({ year: { at: 'marker' } }, [['year', 'at']]).name).toBe('records.append.one.index.timed');
  });

  it('has text only if a searched member may change, and then compares it unless all records are new', () => {
    const searched = { ...plain, search: { paths: [['title']], definition: '{}' } };
    const replace = (data: JsonObject, times: string[][] = []) => {
      const event = { ...replacedEvent('r', stored().record, data, Precondition.none), times };
      return statementOf(searched, event);
    };
    expect(replace({ year: 2000, title: 'A' }).name).toBe('records.append.one');
    expect(replace({ title: 'A' }, [['title']]).name).toBe('records.append.one.changedText');
    const changed = replace({ year: 1999, title: 'B' });
    expect([changed.name, changed.values.at(-1)]).toEqual(['records.append.one.changedText', '{}']);
    const created = statementOf(searched, createdEvent('r', null, {}));
    expect(created.name).toBe('records.append.one.newText');
    expect(created.text).not.toContain('before');
    const deleted = statementOf(searched, removedEvent('r', stored().record, Precondition.none));
    expect(deleted.name).toBe('records.append.one.changedText');
  });
});
