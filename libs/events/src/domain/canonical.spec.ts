import { hash } from 'node:crypto';

import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { readJson } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { canonical } from './canonical.js';
import { digestOf, sealHash } from './seal.js';
import type { SealedFacts } from './seal.js';

// The forms of earlier versions of Haven, which used the package `canonicalize`. Stored hashes are of these forms.
const text = fc.string({
  unit: fc.oneof(fc.constantFrom('"', '\\', '\n', '\u007f', 'é', '\u2028'), fc.string({ unit: 'binary' })),
});
const name = text.filter((one) => one !== '__proto__');
const json = fc.letrec<{ value: unknown; object: JsonObject }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -0, 1e21, 1e-7, 2 ** 53, 0.1),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    text,
    fc.array(tie('value')),
    tie('object'),
  ),
  object: fc.dictionary(fc.oneof(name, fc.nat().map(String)), tie('value')) as fc.Arbitrary<JsonObject>, // JSON
})).object;

describe('the canonical form', () => {
  it('of a document is the one that earlier versions sealed', () => {
    fc.assert(
      fc.property(json, (document) => {
        const stored = readJson(JSON.stringify(document)) as JsonObject; // it is an object
        expect(canonical(stored)).toBe(canonicalize(stored));
        const salt = Buffer.alloc(16, 7);
        const sealed = Buffer.concat([salt, Buffer.from(canonicalize(stored) ?? '')]);
        expect(digestOf(stored, salt)).toEqual(hash('sha256', sealed, 'buffer'));
      }),
    );
  });

  it('of an event is the one that earlier versions sealed', () => {
    const bytes = fc.option(fc.uint8Array({ minLength: 32, maxLength: 32 }).map((array) => Buffer.from(array)));
    const facts: fc.Arbitrary<SealedFacts> = fc.record({
      collection: text,
      recordId: fc.uuid(),
      version: fc.nat(),
      type: text,
      actor: text,
      traceId: text,
      createdAt: text,
      at: text,
      cause: fc.option(fc.uuid()),
    });
    fc.assert(
      fc.property(facts, bytes, bytes, ({ cause, ...known }, digest, previous) => {
        const hex = { digest: digest && digest.toString('hex'), previous: previous && previous.toString('hex') };
        const form = canonicalize({ ...known, ...(cause !== null && { cause }), ...hex }) ?? '';
        expect(sealHash({ ...known, cause }, digest, previous)).toEqual(hash('sha256', form, 'buffer'));
      }),
    );
  });
});
