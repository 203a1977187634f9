import { isTombstoneType } from '@haven/kernel';
import type { JsonObject } from '@haven/kernel';

import { digestOf, sealHash } from './seal.js';
import type { SealedFacts } from './seal.js';

/** A line of the feed with what the log has of its event. */
export interface SealedLine {
  readonly salt: Buffer | null;
  readonly digest: Buffer | null;
  readonly hash: Buffer;
  /** Hash of the record's version before, and its place; null where there is none. */
  readonly previous: { readonly seq: number; readonly hash: Buffer } | null;
  readonly seq: number;
  readonly version: number;
  /** Null if the event is gone. */
  readonly event: { readonly facts: SealedFacts; readonly data: JsonObject | null } | null;
  /** Whether a later version says that the record was erased. */
  readonly erased: boolean;
  /** Whether the collection's pruning accounts for an event that is gone. */
  readonly pruned: boolean;
  /** Whether its position is one that the sequencer has not come to. */
  readonly ahead: boolean;
}

/** In which way a line does not stand the test. */
export type Violation = 'altered' | 'removed';

/** What is wrong with a line; null if nothing is. */
export function findViolation(line: SealedLine): { violation: Violation; what: string } | null {
  const { event, version, previous, seq, erased } = line;
  if (!event) return line.pruned ? null : { violation: 'removed', what: 'its event is gone' };
  if (version > 1 && !previous) return { violation: 'removed', what: `the line of version ${version - 1} is gone` };
  if (previous && previous.seq >= seq) return { violation: 'altered', what: `version ${version - 1} comes after it` };
  if (line.ahead) return { violation: 'altered', what: 'its position is one that has not entered the feed' };
  const document = documentViolation(line, event.data, event.facts.type, erased);
  if (document !== null) return { violation: 'altered', what: document };
  if (sealHash(event.facts, line.digest, previous && previous.hash).equals(line.hash)) return null;
  return { violation: 'altered', what: 'the event does not have the hash in the feed' };
}

function documentViolation(
  { salt, digest }: SealedLine,
  data: JsonObject | null,
  type: string,
  erased: boolean,
): string | null {
  if (data) {
    if (!digest || !salt) return 'there is a document where none was sealed';
    return digestOf(data, salt).equals(digest) ? null : 'its document is not the one that was sealed';
  }
  return erased || (isTombstoneType(type) && !digest) ? null : 'its document is gone, and the record was not erased';
}
