import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { JWK, JWTHeaderParameters, JWTPayload } from 'jose';

export const AUDIENCE = 'haven';

interface SigningKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** How a token differs from a valid one. A claim that is undefined is left out. */
export interface TokenParts {
  /** Any JSON values, so that a token can also contain claims of a wrong type. */
  claims?: Record<string, unknown>;
  header?: Partial<JWTHeaderParameters>;
  /** The key that signs the token, whether or not the provider publishes it. */
  kid?: string;
}

/**
 * A minimal OpenID provider over real HTTP. It signs tokens, publishes its keys, and can rotate them, fail, hang and
 * stop.
 */
export class IdentityProvider {
  issuer = '';
  /** Handles all requests instead of the provider, if set. */
  fault: RequestListener | undefined;
  private readonly keys = new Map<string, SigningKey>();
  private readonly published = new Set<string>();
  private server: Server | undefined;

  static async start(): Promise<IdentityProvider> {
    const provider = new IdentityProvider();
    await provider.add('first');
    await provider.resume();
    return provider;
  }

  get jwksUrl(): string {
    return `${this.issuer}/keys`;
  }

  /** Creates a key, and publishes it unless `published` is false. */
  async add(kid: string, alg = 'ES256', { published = true } = {}): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair(alg);
    this.keys.set(kid, { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } });
    if (published) this.published.add(kid);
  }

  withdraw(kid: string): void {
    this.published.delete(kid);
  }

  publicKey(kid = 'first'): JWK {
    return this.keyOf(kid).jwk;
  }

  /** Returns a signed token that is valid for five minutes. `claims`, `header` and `kid` override the defaults. */
  async token({ claims = {}, header = {}, kid = 'first' }: TokenParts = {}): Promise<string> {
    const { alg, privateKey } = this.keyOf(kid);
    const now = secondsFromNow(0);
    const all = { iss: this.issuer, aud: AUDIENCE, sub: 'ada', iat: now, exp: now + 300, ...claims };
    return new SignJWT(JSON.parse(JSON.stringify(all)) as JWTPayload)
      .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
      .sign(privateKey);
  }

  /** Closes all connections and stops listening. */
  async kill(): Promise<void> {
    this.server?.close().closeAllConnections();
    await once(this.server ?? process, 'close');
  }

  /** Listens, on the previous port if there was one. */
  async resume(): Promise<void> {
    this.server = createServer((request, response) => (this.fault ?? this.handle)(request, response));
    this.server.listen(this.issuer === '' ? 0 : Number(new URL(this.issuer).port), '127.0.0.1');
    await once(this.server, 'listening');
    this.issuer = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  private readonly handle: RequestListener = ({ url }, response) => {
    response.setHeader('content-type', 'application/json');
    if (url === '/.well-known/openid-configuration')
      return void response.end(JSON.stringify({ issuer: this.issuer, jwks_uri: this.jwksUrl }));
    if (url === '/keys')
      return void response.end(JSON.stringify({ keys: [...this.published].map((kid) => this.publicKey(kid)) }));
    response.writeHead(404).end('{}');
  };

  private keyOf(kid: string): SigningKey {
    const key = this.keys.get(kid);
    if (!key) throw new Error(`The provider has no key ${kid}.`);
    return key;
  }
}

export function secondsFromNow(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}
