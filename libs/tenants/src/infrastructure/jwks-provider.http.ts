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

/** Maximum time to fetch the discovery document and the keys together. */
const TIMEOUT_MS = 2_000;

/**
 * A key with which tokens were verified: its public parameters, and the controller to abort when the key is withdrawn.
 */
interface KeyInUse {
  readonly material: string;
  readonly withdrawal: AbortController;
}

/**
 * Fetches the identity provider's keys over HTTP. Concurrent callers share one fetch. While the provider is down, the
 * keys from the last fetch stay valid. jose's own `createRemoteJWKSet` would discard old keys, and would contact an
 * unavailable provider again for each unknown key.
 */
@Injectable()
export class HttpJwksProvider extends JwksProvider implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly stopping = new AbortController();
  private readonly inUse = new Map<string | undefined, KeyInUse>();
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
      run: () => this.refreshAndReschedule(),
    });
  }

  /**
   * Starts to fetch the keys regularly in the background. Requests then need not wait for a fetch, and open connections
   * end when a key is withdrawn.
   */
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

  /** Fetches the keys. Returns the delay until the next fetch, which is shorter if the provider is down. */
  private async refreshAndReschedule(): Promise<number> {
    const { keysMaxAge, keysCooldown } = this.config.tokens;
    return (await this.refresh()) ? keysMaxAge : Math.min(keysMaxAge, keysCooldown);
  }

  /** Looks up a key. Repeats the lookup if the keys were replaced in the meantime. */
  private async pick({ alg, kid }: KeyHint): Promise<Cached<webcrypto.CryptoKey> | undefined> {
    const { resolve } = this;
    try {
      const value = await resolve({ alg, kid });
      return resolve === this.resolve ? { value, expired: this.withdrawalSignal(kid) } : this.pick({ alg, kid });
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  private withdrawalSignal(kid: string | undefined): AbortSignal {
    const known = this.inUse.get(kid) ?? { material: this.materialOf(kid), withdrawal: new AbortController() };
    this.inUse.set(kid, known);
    return known.withdrawal.signal;
  }

  /** Fetches the keys, and returns whether that succeeded. */
  private refresh(): Promise<boolean> {
    this.reading ??= this.read()
      .then((jwks) => this.replaceKeys(jwks))
      .then(
        () => true,
        (error: unknown) => this.logOutage(error),
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
    return createLocalJWKSet(jwks as JSONWebKeySet).jwks(); // validates the set
  }

  /** Returns the URL of the keys, by OpenID Connect Discovery 1.0 §4. */
  private async discover(signal: AbortSignal): Promise<string> {
    const { issuer = '' } = this.config.tokens;
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const found = (await readJson(url, signal)) as { issuer?: unknown; jwks_uri?: unknown } | null;
    if (found?.issuer !== issuer) throw new Error(`${url} names another issuer`);
    const { jwks_uri: keys } = found;
    const isSafe = isSecureUrl(keys) && (new URL(issuer).protocol === 'http:' || String(keys).startsWith('https:'));
    if (!isSafe) throw new Error(`the jwks_uri in ${url} is missing or not an https URL`);
    return String(keys);
  }

  /** Replaces the keys. Ends the connections that were authenticated by a token whose key is no longer published. */
  private replaceKeys(jwks: JSONWebKeySet): void {
    this.jwks = jwks;
    this.resolve = createLocalJWKSet(jwks);
    this.isDown = false;
    for (const [kid, { material, withdrawal }] of this.inUse) {
      if (this.materialOf(kid) === material) continue;
      this.inUse.delete(kid);
      withdrawal.abort(new HavenError('UNAUTHENTICATED', 'The key that the token was signed with was withdrawn.'));
    }
  }

  /**
   * Returns the public parameters of the key. For a token without `kid`, returns those of all keys, because any of them
   * can have signed the token.
   */
  private materialOf(kid: string | undefined): string {
    return this.jwks.keys
      .filter((key) => kid === undefined || key.kid === kid)
      .map(({ kty, crv, n, e, x, y }) => JSON.stringify([kty, crv, n, e, x, y]))
      .sort()
      .join();
  }

  /** Logs that the keys cannot be fetched, once per outage. */
  private logOutage(error: unknown): false {
    if (this.stopping.signal.aborted || this.isDown) return false;
    this.isDown = true;
    const reason = error instanceof Error ? (error.cause ?? error) : error;
    this.log.warn(
      `The keys of ${this.config.tokens.issuer} cannot be fetched. Known keys stay valid. ${String(reason)}`,
      HttpJwksProvider.name,
    );
    return false;
  }
}
