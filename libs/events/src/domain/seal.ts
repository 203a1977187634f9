import { randomFillSync } from 'node:crypto';

import { sha256 } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { canonical } from './canonical.js';

/** The content of an event that its seal covers, besides the document. */
export interface SealedFacts {
  readonly collection: string;
  readonly recordId: string;
  readonly version: number;
  readonly type: string;
  readonly actor: string;
  readonly traceId: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly createdAt: string;
  readonly at: string;
  /** The id of the record whose deletion or erasure caused the event; null if none did. */
  readonly cause: string | null;
}

/** Values that make a later change to an event detectable. */
export interface Seal {
  /** Random bytes. Once they are erased, the digest reveals nothing about the document; null without a document. */
  readonly salt: Buffer | null;
  /** SHA-256 of the salt and the document's canonical form; null without a document. */
  readonly digest: Buffer | null;
  /**
   * SHA-256 of a canonical form that contains the event, with the digest in place of the document, and the hash of the
   * previous event of the record.
   */
  readonly hash: Buffer;
}

/** Seals an event. `previous` is the hash of the previous event of its record. */
export function seal(facts: SealedFacts, document: JsonObject | null, previous: Buffer | null): Seal {
  const salt = document && newSalt();
  const digest = document && salt && digestOf(document, salt);
  return { salt, digest, hash: sealHash(facts, digest, previous) };
}

/** Returns the SHA-256 hash of a salt followed by a document's canonical form (RFC 8785). */
export function digestOf(document: JsonObject, salt: Buffer): Buffer {
  return sha256(Buffer.concat([salt, Buffer.from(canonical(document))]));
}

/**
 * Returns the SHA-256 hash of an event's canonical form (RFC 8785), in which hashes are hexadecimal strings or null.
 * `cause` is absent from the form of an event without one, as it is from those of earlier versions of Haven. The form
 * is written directly: sorting the names of its members would take longer than the hash.
 */
export function sealHash(facts: SealedFacts, digest: Buffer | null, previous: Buffer | null): Buffer {
  const { actor, at, cause, collection, createdAt, recordId, traceId, type, version } = facts;
  const form =
    `{"actor":${canonical(actor)},"at":${canonical(at)},${cause === null ? '' : `"cause":${canonical(cause)},`}` +
    `"collection":${canonical(collection)},"createdAt":${canonical(createdAt)},"digest":${hexOf(digest)},` +
    `"previous":${hexOf(previous)},"recordId":${canonical(recordId)},"traceId":${canonical(traceId)},` +
    `"type":${canonical(type)},"version":${version}}`;
  return sha256(form);
}

function hexOf(value: Buffer | null): string {
  return value === null ? 'null' : `"${value.toString('hex')}"`;
}

const SALT_BYTES = 16;
let saltPool = Buffer.alloc(0);

/** Takes the salt from a pool, because generating 16 random bytes takes as long as generating 4 KiB. */
function newSalt(): Buffer {
  if (saltPool.length === 0) saltPool = randomFillSync(Buffer.allocUnsafeSlow(4_096));
  const salt = saltPool.subarray(0, SALT_BYTES);
  saltPool = saltPool.subarray(SALT_BYTES);
  return salt;
}
