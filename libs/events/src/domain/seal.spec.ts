import { hash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { digestOf, sealHash, seal } from './seal.js';
import type { SealedFacts } from './seal.js';

const facts: SealedFacts = {
  collection: 'films',
  recordId: '0190a000-0000-7000-8000-000000000001',
  version: 1,
  type: 'record.created',
  actor: 'tester',
  traceId: '0'.repeat(32),
  createdAt: '2026-01-01T00:00:00.000Z',
  at: '2026-01-01T00:00:00.000Z',
  cause: null,
};

describe('a seal', () => {
  it('has a digest of the document with a random salt', () => {
    const one = seal(facts, { title: 'Alien' }, null);
    const other = seal(facts, { title: 'Alien' }, null);
    expect(one.salt).not.toEqual(other.salt);
    expect(one.digest).toEqual(digestOf({ title: 'Alien' }, one.salt ?? Buffer.alloc(0)));
    expect(one.hash).toEqual(sealHash(facts, one.digest, null));
  });

  it('has neither salt nor digest without a document', () => {
    const { salt, digest, hash } = seal({ ...facts, type: 'record.deleted' }, null, null);
    expect([salt, digest, hash.length]).toEqual([null, null, 32]);
  });

  it('does not depend on the order of members', () => {
    const salt = Buffer.alloc(16);
    expect(digestOf({ a: 1, b: 2 }, salt)).toEqual(digestOf({ b: 2, a: 1 }, salt));
  });

  it.each(Object.keys(facts) as (keyof SealedFacts)[])('changes with %s', (name) => {
    const altered = { ...facts, [name]: name === 'version' ? 2 : 'altered' };
    expect(sealHash(altered, null, null)).not.toEqual(sealHash(facts, null, null));
  });

  it('of an event without a cause is the one of versions that did not record causes', () => {
    const { cause: _, ...known } = facts;
    const form = JSON.stringify(
      { ...known, digest: null, previous: null },
      Object.keys({ ...known, digest: 0, previous: 0 }).sort(),
    );
    expect(sealHash(facts, null, null)).toEqual(hash('sha256', form, 'buffer'));
  });

  it('changes with the document and with the previous event', () => {
    const digest = digestOf({ title: 'Alien' }, Buffer.alloc(16));
    expect(sealHash(facts, digest, null)).not.toEqual(sealHash(facts, null, null));
    expect(sealHash(facts, null, digest)).not.toEqual(sealHash(facts, null, null));
  });
});
