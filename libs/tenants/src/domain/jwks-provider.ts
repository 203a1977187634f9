import type { webcrypto } from 'node:crypto';

import type { MaybeAsync } from './credential-cache.js';

/** The members of a token's header that identify its signing key. */
export interface KeyHint {
  readonly alg?: string;
  readonly kid?: string;
}

/** Provides the public keys of the identity provider. */
export abstract class JwksProvider {
  /**
   * Returns the key. Its `expired` signal aborts when the provider withdraws it. Returns undefined if the key is
   * unknown or cannot be fetched.
   */
  abstract find(hint: KeyHint): MaybeAsync<webcrypto.CryptoKey>;
}
