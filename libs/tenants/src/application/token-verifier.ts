import { Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import type { JWTHeaderParameters, JWTPayload } from 'jose';

import { HavenConfig } from '@haven/config';
import { Access, HavenError } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

import { JwksProvider } from '../domain/jwks-provider.js';
import { claimAt, scopesOf, wordsOf } from '../domain/token-claims.js';
import { unauthenticated } from './bearer.js';

/** What a token allows, as it says itself. */
export interface VerifiedToken {
  readonly actor: string;
  /** The id or name of a tenant, which there may not be. */
  readonly tenant: string;
  readonly access: Access;
  /** What it allows in the operators' own tenant. */
  readonly accessOfOperators: Access;
  /** When it is no longer good, in milliseconds since the epoch. */
  readonly until: number;
  /** Aborted when the provider withdraws the key that it was signed with. */
  readonly over: AbortSignal;
}

const SUBJECT = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,255}$/u;
const TENANT = /^[^\p{Cc}\p{Cs}]{1,100}$/u;

/** Judges tokens as RFC 8725 and RFC 9068 have it, and reads what they allow. */
@Injectable()
export class TokenVerifier {
  constructor(
    private readonly jwks: JwksProvider,
    private readonly config: HavenConfig,
  ) {}

  /** Fails with `UNAUTHENTICATED` unless the token is one of the provider's, for this Haven and for now. */
  async verify(token: string): Promise<VerifiedToken> {
    const { issuer, audience, algorithms, clockSkew } = this.config.tokens;
    let over = AbortSignal.abort();
    const keyOf = async (header: JWTHeaderParameters) => {
      const key = await this.jwks.find(header);
      if (!key) throw refusedToken('The token is signed with a key that its provider does not show.');
      over = key.expired;
      return key.value;
    };
    const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
      issuer,
      audience: [...audience],
      algorithms: [...algorithms],
      clockTolerance: clockSkew / 1000,
      requiredClaims: ['exp', 'sub'],
    }).catch((error: unknown) => {
      throw error instanceof HavenError ? error : refusedToken(detailOf(error));
    });
    this.checkKind(protectedHeader);
    return { ...this.read(payload), over };
  }

  /** A token of the same provider that is meant for something else must not pass for one of these (RFC 8725 §3.11). */
  private checkKind({ typ = 'JWT', crit }: Readonly<Record<string, unknown>>): void {
    const kind = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
    if (!this.config.tokens.types.some((type) => type.toLowerCase() === kind))
      throw refusedToken('The token is of a kind (typ) that is not taken here.');
    if (crit !== undefined) throw refusedToken('The token demands something critical (crit).');
  }

  private read(claims: JWTPayload): Omit<VerifiedToken, 'over'> {
    const { clockSkew, scopesClaim, scopeMap, operators } = this.config.tokens;
    const { sub = '', exp = 0 } = claims;
    if (!SUBJECT.test(sub))
      throw refusedToken("The token's sub is empty, longer than 255 characters or not printable.");
    const scopes = scopesOf(wordsOf(claimAt(claims, scopesClaim)) ?? [], scopeMap);
    const collections = this.collectionsOf(claims);
    return {
      actor: `token:${sub}`,
      tenant: this.tenantOf(claims),
      access: new Access(without(scopes, 'operator'), collections),
      accessOfOperators: new Access(operators ? scopes : without(scopes, 'operator'), collections),
      until: exp * 1000 + clockSkew,
    };
  }

  private tenantOf(claims: JWTPayload): string {
    const { tenant, tenantClaim } = this.config.tokens;
    const named = tenant ?? claimAt(claims, tenantClaim);
    if (typeof named === 'string' && TENANT.test(named)) return named;
    throw refusedToken(`The token names no tenant (${tenantClaim}).`);
  }

  private collectionsOf(claims: JWTPayload): Set<string> | undefined {
    const { collectionsClaim } = this.config.tokens;
    if (collectionsClaim === undefined) return undefined;
    const names = wordsOf(claimAt(claims, collectionsClaim));
    if (!names) throw refusedToken(`The token names no collections (${collectionsClaim}).`);
    return names.includes('*') ? undefined : new Set(names);
  }
}

export function refusedToken(detail: string): HavenError {
  return unauthenticated(detail, 'invalid_token');
}

function without(scopes: ReadonlySet<Scope>, one: Scope): Set<Scope> {
  return new Set([...scopes].filter((scope) => scope !== one));
}

function detailOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's ${error.claim} is not what is asked for here.`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The token is signed with an algorithm that is not taken here.';
  return 'The token is malformed or its signature is wrong.';
}
