import { describe, expect, it } from 'vitest';

import { EventSequenceChecker } from './event-sequence-checker.js';
import type { CheckedEvent } from './event-sequence-checker.js';
import type { EventType } from '@haven/kernel';

const event = (version: number, type: EventType, more: Partial<CheckedEvent> = {}): CheckedEvent => ({
  version,
  type,
  hasDocument: type !== 'record.deleted' && type !== 'record.erased',
  createdAt: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
  ...more,
});

/** Returns the checker's result for each event, and finally the version whose document is missing. */
function check(events: CheckedEvent[], pruned = false): (string | number | null)[] {
  const checker = new EventSequenceChecker();
  return [...events.map((each) => checker.next(each, pruned)), checker.missing()];
}

describe('EventSequenceChecker', () => {
  it('accepts all valid sequences of events', () => {
    const events = [
      event(1, 'record.created'),
      event(2, 'record.updated'),
      event(3, 'record.deleted'),
      event(4, 'record.restored'),
      event(5, 'record.restored'),
      event(6, 'record.deleted'),
      event(7, 'record.created', { createdAt: '2026-01-02T00:00:00.000Z', at: '2026-01-02T00:00:00.000Z' }),
    ];
    expect(check(events)).toEqual(Array.from({ length: 8 }, () => null));
  });

  it('accepts missing documents before an erasure, and a new record after it', () => {
    const events = [
      event(1, 'record.created', { hasDocument: false }),
      event(2, 'record.erased'),
      event(3, 'record.created'),
    ];
    expect(check(events)).toEqual([null, null, null, null]);
    expect(check([...events, event(4, 'record.updated', { hasDocument: false })]).at(-1)).toBe(4);
  });

  it('accepts missing first versions only if they were pruned', () => {
    expect(check([event(3, 'record.updated')], true)).toEqual([null, null]);
    expect(check([event(3, 'record.updated')])).toEqual(['the event of version 2 is missing', null]);
  });

  it.each<[string, CheckedEvent[]]>([
    [
      'record.updated, but the record does not exist',
      [event(1, 'record.created'), event(2, 'record.deleted'), event(3, 'record.updated')],
    ],
    [
      'record.deleted, but the record does not exist',
      [event(1, 'record.created'), event(2, 'record.erased'), event(3, 'record.deleted')],
    ],
    ['record.created, but the record already exists', [event(1, 'record.created'), event(2, 'record.created')]],
    ['the event of version 2 is missing', [event(1, 'record.created'), event(3, 'record.updated')]],
    [
      'record.deleted, but it has a document',
      [event(1, 'record.created'), event(2, 'record.deleted', { hasDocument: true })],
    ],
    ['its version is below 1', [event(0, 'record.created')]],
    [
      'its createdAt is after the time of the event',
      [event(1, 'record.created', { createdAt: '2027-01-01T00:00:00.000Z' })],
    ],
  ])('reports: %s', (sentence, events) => {
    expect(check(events).at(-2)).toBe(sentence);
  });
});
