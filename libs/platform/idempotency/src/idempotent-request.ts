import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

import type { Caller } from '@haven/kernel';

/** What answered a request with a key, as it is kept. */
export interface StoredResponse {
  status: number;
  /** JSON; null where the answer has no body. */
  text: string | null;
}

/** One mutation that came with an `Idempotency-Key`, as its door has it. */
export interface IdempotentRequest {
  caller: Caller;
  key: string;
  /** Response path of the field, for a GraphQL request may have several; empty on REST. */
  path: string;
  /** Its body is read once, as it streams by: the work can not be done again. */
  streams: boolean;
  /** Two requests are the same if this is; a body that streams is read to its end for it. */
  fingerprint(): Promise<string>;
  /** What is to be kept of what the handler answered. */
  toStoredResponse(view: unknown): StoredResponse;
  /** Answers as before, and says so; what it returns takes the place of the handler's answer. */
  replay(response: StoredResponse): unknown;
}

/** A view that shows a secret once says what is to be kept of it instead. */
export function storableView(view: unknown): unknown {
  return typeof view === 'object' && view !== null && 'forReplay' in view && typeof view.forReplay === 'function'
    ? (view.forReplay() as unknown)
    : view;
}

/** SHA-256 of a value in its canonical form (RFC 8785), so that neither the order of members nor spaces count. */
export function canonicalSha256(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}
