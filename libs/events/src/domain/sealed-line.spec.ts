import { describe, expect, it } from 'vitest';

import { seal } from './seal.js';
import { findViolation } from './sealed-line.js';
import type { SealedLine } from './sealed-line.js';

const facts = {
  collection: 'films',
  recordId: '0190a000-0000-7000-8000-000000000001',
  version: 2,
  type: 'record.updated',
  actor: 'tester',
  traceId: '0'.repeat(32),
  createdAt: '2026-01-01T00:00:00.000Z',
  at: '2026-01-02T00:00:00.000Z',
};
const data = { title: 'Alien' };
const before = { seq: 1, hash: Buffer.alloc(32) };

/** A line as it was sealed, with changes. */
function line(changes: Partial<SealedLine> = {}, type = facts.type, document: typeof data | null = data): SealedLine {
  const own = { ...facts, type };
  const sealed = seal(own, document, before.hash);
  const event = { facts: own, data: document };
  return {
    ...sealed,
    previous: before,
    seq: 2,
    version: 2,
    event,
    erased: false,
    pruned: false,
    ahead: false,
    ...changes,
  };
}

describe('a line of the feed', () => {
  it('holds as it was sealed', () => {
    expect(findViolation(line())).toBeNull();
    expect(findViolation(line({}, 'record.deleted', null))).toBeNull();
  });

  it('holds without the document of a record that was erased', () => {
    const sealed = line();
    expect(findViolation({ ...sealed, event: { facts, data: null }, erased: true })).toBeNull();
    expect(findViolation({ ...sealed, event: { facts, data: null } })?.what).toMatch('its document is gone');
  });

  it('may miss its event only where the collection prunes', () => {
    expect(findViolation(line({ event: null }))).toEqual({ flaw: 'removed', what: 'its event is gone' });
    expect(findViolation(line({ event: null, pruned: true }))).toBeNull();
  });

  it.each<[what: string, changes: Partial<SealedLine>]>([
    ['its document is not the one that was sealed', { event: { facts, data: { title: 'Aliens' } } }],
    ['the event does not have the hash in the feed', { event: { facts: { ...facts, actor: 'other' }, data } }],
    ['the line of version 1 is gone', { previous: null }],
    ['version 1 comes after it', { previous: { ...before, seq: 3 } }],
    ['its position is one that has not entered the feed', { ahead: true }],
    ['there is a document where none was sealed', { digest: null }],
  ])('shows that %s', (what, changes) => {
    expect(findViolation(line(changes))?.what).toBe(what);
  });
});
