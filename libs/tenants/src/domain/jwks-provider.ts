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
   * Returns the public key that a token's header identifies, or undefined if it is unknown or cannot be fetched. The
   * `expired` signal of the result aborts when the provider withdraws the key.
   */
  abstract find(hint: KeyHint): MaybeAsync<webcrypto.CryptoKey>;
}
