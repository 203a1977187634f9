import { Injectable } from '@nestjs/common';
import { errors, jwtVerify } from 'jose';
import type { JWTHeaderParameters, JWTPayload } from 'jose';

import { HavenConfig } from '@haven/config';
import { Access, HavenError } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

import { JwksProvider } from '../domain/jwks-provider.js';
import { claimAt, scopesOf, wordsOf } from '../domain/token-claims.js';
import { unauthenticated } from './bearer.js';

/** The caller's identity and access according to a verified token. */
export interface VerifiedToken {
  readonly actor: string;
  /** Id or name of a tenant, which may not exist. */
  readonly tenant: string;
  readonly access: Access;
  /** The access that applies instead of `access` if the tenant is the operators' own. */
  readonly accessOfOperators: Access;
  /** When the token expires, in milliseconds since the epoch. */
  readonly until: number;
  /** Aborted when the provider withdraws the key with which the token was signed. */
  readonly over: AbortSignal;
}

const SUBJECT = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,255}$/u;
const TENANT = /^[^\p{Cc}\p{Cs}]{1,100}$/u;

/** Verifies tokens as RFC 8725 and RFC 9068 require, and reads the access that they grant. */
@Injectable()
export class TokenVerifier {
  constructor(
    private readonly jwks: JwksProvider,
    private readonly config: HavenConfig,
  ) {}

  /** Fails with `UNAUTHENTICATED` unless the token is from the provider, for this audience, and currently valid. */
  async verify(token: string): Promise<VerifiedToken> {
    const { issuer, audience, algorithms, clockSkew } = this.config.tokens;
    let over = AbortSignal.abort();
    const keyOf = async (header: JWTHeaderParameters) => {
      const key = await this.jwks.find(header);
      if (!key) throw refusedToken('The token is signed with a key that its provider does not publish.');
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

  /** Rejects tokens that the same provider issued for another purpose, such as ID tokens (RFC 8725 §3.11). */
  private checkKind({ typ = 'JWT', crit }: Readonly<Record<string, unknown>>): void {
    const kind = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : '';
    if (!this.config.tokens.types.some((type) => type.toLowerCase() === kind))
      throw refusedToken('The type (typ) of the token is not accepted.');
    if (crit !== undefined)
      throw refusedToken('The token has critical header parameters (crit), which are not supported.');
  }

  private read(claims: JWTPayload): Omit<VerifiedToken, 'over'> {
    const { clockSkew, scopesClaim, scopeMap, operators } = this.config.tokens;
    const { exp = 0 } = claims;
    const sub: unknown = claims.sub; // the provider may have signed any JSON value
    if (typeof sub !== 'string') throw refusedToken("The token's sub is not a string.");
    if (!SUBJECT.test(sub))
      throw refusedToken("The token's sub is empty, longer than 255 characters or not printable text.");
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
    throw refusedToken(`The token must name its tenant in the claim ${tenantClaim}.`);
  }

  private collectionsOf(claims: JWTPayload): Set<string> | undefined {
    const { collectionsClaim } = this.config.tokens;
    if (collectionsClaim === undefined) return undefined;
    const names = wordsOf(claimAt(claims, collectionsClaim));
    if (!names) throw refusedToken(`The token must list its collections in the claim ${collectionsClaim}.`);
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
    return `The claim ${error.claim} of the token is missing or has an unexpected value.`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The signature algorithm of the token is not accepted.';
  return 'The token is malformed or its signature is wrong.';
}
