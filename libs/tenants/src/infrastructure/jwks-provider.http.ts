import type { webcrypto } from 'node:crypto';

import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap, OnModuleDestroy } from '@nestjs/common';
import { createLocalJWKSet, errors } from 'jose';
import type { JSONWebKeySet, LocalJWKSet } from 'jose';

import { HavenConfig, isSecureUrl } from '@haven/config';
import { BackgroundTasks } from '@haven/database';
import type { BackgroundTask } from '@haven/database';
import { HavenError } from '@haven/kernel';
import { Log } from '@haven/observability';

import type { MaybeAsync, Cached } from '../domain/credential-cache.js';
import { JwksProvider } from '../domain/jwks-provider.js';
import type { KeyHint } from '../domain/jwks-provider.js';
import { readJson } from './read-json.js';

/** Discovery and keys together may take so long, and nobody waits longer. */
const TIMEOUT_MS = 2_000;

/** Which key material it was, and what ends when that is withdrawn. */
interface InUse {
  readonly material: string;
  readonly ending: AbortController;
}

/**
 * The provider's keys over HTTP. They are read once for all who wait; those that were read last stay while the provider is down.
 * jose's own reader would let them go when they are old, and ask a provider that is down for each unknown key anew.
 */
@Injectable()
export class HttpJwksProvider extends JwksProvider implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly inUse = new Map<string | undefined, InUse>();
  private jwks: JSONWebKeySet = { keys: [] };
  private resolve: LocalJWKSet = createLocalJWKSet(this.jwks);
  private reading: Promise<boolean> | undefined;
  private triedAt = -Infinity;
  private isDown = false;
  private readonly task: BackgroundTask;

  constructor(
    private readonly config: HavenConfig,
    private readonly log: Log,
    tasks: BackgroundTasks,
  ) {
    super();
    this.task = tasks.create({
      name: 'provider-keys',
      failure: 'The keys of the identity provider were not refreshed',
      interval: config.tokens.keysMaxAge,
      run: () => this.round(),
    });
  }

  /** Nobody is to wait for keys, and what is open must hear of those that are withdrawn. */
  onApplicationBootstrap(): void {
    if (this.config.tokens.issuer !== undefined) this.task.start();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.task.stop();
  }

  async find(hint: KeyHint): Promise<Awaited<MaybeAsync<webcrypto.CryptoKey>>> {
    const known = await this.pick(hint);
    const mayBeNew = this.reading !== undefined || performance.now() - this.triedAt > this.config.tokens.keysCooldown;
    if (known || !mayBeNew) return known;
    await this.refresh();
    return this.pick(hint);
  }

  /** Answers how long the keys are good for, or when a provider that is down is asked again. */
  private async round(): Promise<number> {
    const { keysMaxAge, keysCooldown } = this.config.tokens;
    return (await this.refresh()) ? keysMaxAge : Math.min(keysMaxAge, keysCooldown);
  }

  /** What is withdrawn while it is looked up is looked up again. */
  private async pick({ alg, kid }: KeyHint): Promise<Cached<webcrypto.CryptoKey> | undefined> {
    const { resolve } = this;
    try {
      const value = await resolve({ alg, kid });
      return resolve === this.resolve ? { value, expired: this.overOf(kid) } : this.pick({ alg, kid });
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private overOf(kid: string | undefined): AbortSignal {
    const known = this.inUse.get(kid) ?? { material: this.materialOf(kid), ending: new AbortController() };
    this.inUse.set(kid, known);
    return known.ending.signal;
  }

  /** Answers whether the keys could be read. */
  private refresh(): Promise<boolean> {
    this.reading ??= this.read()
      .then((jwks) => this.take(jwks))
      .then(
        () => true,
        (error: unknown) => this.complain(error),
      )
      .finally(() => {
        this.triedAt = performance.now();
        this.reading = undefined;
      });
    return this.reading;
  }

  private async read(): Promise<JSONWebKeySet> {
    const signal = AbortSignal.any([this.stopping.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const jwks = await readJson(this.config.tokens.jwksUrl ?? (await this.discover(signal)), signal);
    return createLocalJWKSet(jwks as JSONWebKeySet).jwks(); // which checks that it is one
  }

  /** OpenID Connect Discovery 1.0 §4. */
  private async discover(signal: AbortSignal): Promise<string> {
    const { issuer = '' } = this.config.tokens;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const found = (await readJson(address, signal)) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (found?.issuer !== issuer) throw new Error(`${address} is about another issuer`);
    const { jwks_uri: keys } = found;
    const isSafe = isSecureUrl(keys) && (new URL(issuer).protocol === 'http:' || String(keys).startsWith('https:'));
    if (!isSafe) throw new Error(`${address} has no jwks_uri that is https`);
    return String(keys);
  }

  /** Ends what was let in by a key that is not there any more. */
  private take(jwks: JSONWebKeySet): void {
    this.jwks = jwks;
    this.resolve = createLocalJWKSet(jwks);
    this.isDown = false;
    for (const [kid, { material, ending }] of this.inUse) {
      if (this.materialOf(kid) === material) continue;
      this.inUse.delete(kid);
      ending.abort(new HavenError('UNAUTHENTICATED', 'The key that the token was signed with was withdrawn.'));
    }
  }

  /** A token that names no key may be of any: then all of them must stay. */
  private materialOf(kid: string | undefined): string {
    const meant = this.jwks.keys.filter((key) => kid === undefined || key.kid === kid);
    return meant
      .map(({ kty, crv, n, e, x, y }) => JSON.stringify([kty, crv, n, e, x, y]))
      .sort()
      .join();
  }

  /** Once an outage, however long it is. */
  private complain(error: unknown): false {
    if (this.stopping.signal.aborted || this.isDown) return false;
    this.isDown = true;
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    this.log.warn(
      `The keys of ${this.config.tokens.issuer} can not be read; those known stay good: ${String(reason)}`,
      HttpJwksProvider.name,
    );
    return false;
  }
}
