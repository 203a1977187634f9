import { describe, expect, it } from 'vitest';

import { EventSequenceChecker } from './event-sequence-checker.js';
import type { LinedEvent } from './event-sequence-checker.js';
import type { EventType } from '@haven/kernel';

const event = (version: number, type: EventType, more: Partial<LinedEvent> = {}): LinedEvent => ({
  version,
  type,
  hasDocument: type !== 'record.deleted' && type !== 'record.erased',
  createdAt: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

/** What is wrong with the events, in their order. */
function judged(events: LinedEvent[], pruned = false): (string | number | null)[] {
  const checker = new EventSequenceChecker();
  return [...events.map((each) => checker.next(each, pruned)), checker.missing()];
}

describe('EventLine', () => {
  it('admits every way a record can live', () => {
    const events = [
      event(1, 'record.created'),
      event(2, 'record.updated'),
      event(3, 'record.deleted'),
      event(4, 'record.restored'),
      event(5, 'record.restored'),
      event(6, 'record.deleted'),
      event(7, 'record.created', { createdAt: '2026-01-02T00:00:00.000Z', at: '2026-01-02T00:00:00.000Z' }),
    ];
    expect(judged(events)).toEqual(Array.from({ length: 8 }, () => null));
  });

  it('admits documents that are gone because the record was erased, and a life after that', () => {
    const events = [
      event(1, 'record.created', { hasDocument: false }),
      event(2, 'record.erased'),
      event(3, 'record.created'),
    ];
    expect(judged(events)).toEqual([null, null, null, null]);
    expect(judged([...events, event(4, 'record.updated', { hasDocument: false })]).at(-1)).toBe(4);
  });

  it('admits a beginning that was pruned, and no other', () => {
    expect(judged([event(3, 'record.updated')], true)).toEqual([null, null]);
    expect(judged([event(3, 'record.updated')])).toEqual(['version 2 is missing from its events', null]);
  });

  it.each<[string, LinedEvent[]]>([
    [
      'record.updated although it did not live',
      [event(1, 'record.created'), event(2, 'record.deleted'), event(3, 'record.updated')],
    ],
    [
      'record.deleted although it did not live',
      [event(1, 'record.created'), event(2, 'record.erased'), event(3, 'record.deleted')],
    ],
    ['it was made although it lived', [event(1, 'record.created'), event(2, 'record.created')]],
    ['version 2 is missing from its events', [event(1, 'record.created'), event(3, 'record.updated')]],
    [
      'record.deleted, and yet it has a document',
      [event(1, 'record.created'), event(2, 'record.deleted', { hasDocument: true })],
    ],
    ['versions begin at 1', [event(0, 'record.created')]],
    ['it was changed before it was made', [event(1, 'record.created', { createdAt: '2027-01-01T00:00:00.000Z' })]],
  ])('says: %s', (sentence, events) => {
    expect(judged(events).at(-2)).toBe(sentence);
  });
});
