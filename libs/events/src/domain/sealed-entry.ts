import { isTombstoneType } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { digestOf, sealHash } from './seal.js';
import type { SealedFacts } from './seal.js';

/** An entry of the feed, with its event from the log. */
export interface SealedEntry {
  readonly salt: Buffer | null;
  readonly digest: Buffer | null;
  readonly hash: Buffer;
  /** The entry of the previous version of the record; null if there is none. */
  readonly previous: { readonly seq: number; readonly hash: Buffer } | null;
  readonly seq: number;
  readonly version: number;
  /** Null if the event is missing. */
  readonly event: { readonly facts: SealedFacts; readonly data: JsonObject | null } | null;
  /** Whether a later version records the erasure of the record. */
  readonly erased: boolean;
  /** Whether the pruning of the collection explains a missing event. */
  readonly pruned: boolean;
  /** Whether the sequencer has not processed the event yet, according to its stored progress. */
  readonly ahead: boolean;
}

/** The kind of tampering that an entry shows. */
export type Violation = 'altered' | 'removed';

/** Checks an entry. Returns the violation, or null. */
export function findViolation(line: SealedEntry): { violation: Violation; what: string } | null {
  const { event, version, previous, seq, erased } = line;
  if (!event) return line.pruned ? null : { violation: 'removed', what: 'its event is missing' };
  if (version > 1 && !previous)
    return { violation: 'removed', what: `version ${version - 1} is missing from the feed` };
  if (previous && previous.seq >= seq)
    return { violation: 'altered', what: `version ${version - 1} comes after it in the feed` };
  if (line.ahead)
    return { violation: 'altered', what: 'it is in the feed although the sequencer has not processed its position' };
  const document = documentViolation(line, event.data, event.facts.type, erased);
  if (document !== null) return { violation: 'altered', what: document };
  if (sealHash(event.facts, line.digest, previous && previous.hash).equals(line.hash)) return null;
  return { violation: 'altered', what: 'its hash differs from the one in the feed' };
}

function documentViolation(
  { salt, digest }: SealedEntry,
  data: JsonObject | null,
  type: string,
  erased: boolean,
): string | null {
  if (data) {
    if (!digest || !salt) return 'it has a document although it was sealed without one';
    return digestOf(data, salt).equals(digest) ? null : 'its document differs from the sealed one';
  }
  return erased || (isTombstoneType(type) && !digest)
    ? null
    : 'its document is missing although the record was not erased';
}
