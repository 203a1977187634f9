import { createHash } from 'node:crypto';

import canonicalize from 'canonicalize';

import type { Caller } from '@haven/kernel';

/** The stored response to a request with a key. */
export interface StoredResponse {
  status: number;
  /** The body as JSON; null if the response has none. */
  text: string | null;
}

/** A mutation with an `Idempotency-Key`; each API has its own implementation. */
export interface IdempotentRequest {
  caller: Caller;
  key: string;
  /**
   * Path of the GraphQL field in the response. It identifies the field, as a request can have several. Empty in REST.
   */
  path: string;
  /** Whether the body is a stream. Its handler makes all its writes in `FinalTransaction`, which is not retried. */
  streams: boolean;
  /** Returns a hash that is equal for equal requests. It reads a streamed body to its end. */
  fingerprint(): Promise<string>;
  /** Converts the handler's result to the response to store. */
  toStoredResponse(view: unknown): StoredResponse;
  /** Marks the response as replayed, and returns the stored result in place of the handler's result. */
  replay(response: StoredResponse): unknown;
}

/**
 * Returns the part of a view that may be stored: a view with a secret that is shown only once implements `forReplay`.
 */
export function storableView(view: unknown): unknown {
  return typeof view === 'object' && view !== null && 'forReplay' in view && typeof view.forReplay === 'function'
    ? (view.forReplay() as unknown)
    : view;
}

/** Returns the SHA-256 of a value in canonical form (RFC 8785), so that member order and white space do not matter. */
export function canonicalSha256(value: unknown): string {
  return createHash('sha256')
    .update(canonicalize(value) ?? '')
    .digest('hex');
}
