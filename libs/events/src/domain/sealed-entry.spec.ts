import { describe, expect, it } from 'vitest';

import { seal } from './seal.js';
import { findViolation } from './sealed-entry.js';
import type { SealedEntry } from './sealed-entry.js';

const facts = {
  collection: 'films',
  recordId: '0190a000-0000-7000-8000-000000000001',
  version: 2,
  type: 'record.updated',
  actor: 'tester',
  traceId: '0'.repeat(32),
  createdAt: '2026-01-01T00:00:00.000Z',
  at: '2026-01-02T00:00:00.000Z',
  cause: null,
};
const data = { title: 'Alien' };
const before = { seq: 1, hash: Buffer.alloc(32) };

/** Creates a valid entry, with `changes` applied after it was sealed. */
function line(changes: Partial<SealedEntry> = {}, type = facts.type, document: typeof data | null = data): SealedEntry {
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
  it('is valid as it was sealed', () => {
    expect(findViolation(line())).toBeNull();
    expect(findViolation(line({}, 'record.deleted', null))).toBeNull();
  });

  it('is valid without its document if the record was erased', () => {
    const sealed = line();
    expect(findViolation({ ...sealed, event: { facts, data: null }, erased: true })).toBeNull();
    expect(findViolation({ ...sealed, event: { facts, data: null } })?.what).toMatch('its document is missing');
  });

  it('is valid without its event only if it was pruned', () => {
    expect(findViolation(line({ event: null }))).toEqual({ violation: 'removed', what: 'its event is missing' });
    expect(findViolation(line({ event: null, pruned: true }))).toBeNull();
  });

  it.each<[what: string, changes: Partial<SealedEntry>]>([
    ['its document differs from the sealed one', { event: { facts, data: { title: 'Aliens' } } }],
    ['its hash differs from the one in the feed', { event: { facts: { ...facts, actor: 'other' }, data } }],
    ['version 1 is missing from the feed', { previous: null }],
    ['version 1 comes after it in the feed', { previous: { ...before, seq: 3 } }],
    ['it is in the feed although the sequencer has not processed its position', { ahead: true }],
    ['it has a document although it was sealed without one', { digest: null }],
  ])('reports that %s', (what, changes) => {
    expect(findViolation(line(changes))?.what).toBe(what);
  });
});
