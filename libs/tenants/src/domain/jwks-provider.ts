import type { webcrypto } from 'node:crypto';

import type { MaybeAsync } from './credential-cache.js';

/** What the header of a token says of the key that it was signed with. */
export interface KeyHint {
  readonly alg?: string;
  readonly kid?: string;
}

/** The public keys of the provider that issues tokens. */
export abstract class JwksProvider {
  /** The key that is meant, until the provider withdraws it; undefined if the provider has no such key, or can not be asked. */
  abstract find(hint: KeyHint): MaybeAsync<webcrypto.CryptoKey>;
}
