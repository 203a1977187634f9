import { ID, Int } from '@nestjs/graphql';
import {
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsISO8601,
  IsString,
  IsUUID,
  Length,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';

import { DateTime, Expose, Input, Output } from '@haven/api';
import { scopeNames, scopes } from '@haven/kernel';
import type { Scope } from '@haven/kernel';

import type { ApiKey } from '../domain/api-key.js';

const scopeList = scopeNames.map((name) => `\`${name}\` (${scopes[name].replace(/\.$/, '')})`).join('; ');
const SCOPES = `Scopes of the key: ${scopeList}.`;
const COLLECTIONS = 'Names of the collections the key is restricted to, which need not exist; null: all collections.';
const EXPIRES = 'When the key expires; null: never.';
const TENANT =
  "Tenant of the key. Only operators can name a tenant other than their own. Defaults to the caller's tenant.";
const DAY = 86_400;

@Input('NewApiKey', 'An API key to create. A key can grant only scopes that its creator holds. Operators are exempt.')
export class NewApiKeyInput {
  @Expose('Display name, 1 to 100 characters.', { schema: { example: 'web shop' } })
  @IsString()
  @Length(1, 100)
  name!: string;

  @Expose(SCOPES, {
    as: [String],
    schema: { items: { type: 'string', enum: [...scopeNames] }, example: ['records:read'] },
  })
  @IsArray()
  @ArrayNotEmpty()
  @ArrayUnique()
  @IsIn(scopeNames, { each: true })
  scopes!: Scope[];

  @Expose(`${COLLECTIONS} At most 100.`, { as: [String], optional: true, nullable: true })
  @ValidateIf((_, value) => value !== null)
  @IsArray()
  @ArrayNotEmpty()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  collections?: string[] | null;

  @Expose(EXPIRES, { as: DateTime, optional: true, nullable: true })
  @ValidateIf((_, value) => value !== null)
  @IsISO8601({ strict: true })
  expiresAt?: string | null;

  @Expose(TENANT, { as: ID, optional: true, schema: { format: 'uuid' } })
  @IsUUID()
  tenant?: string;
}

@Input('KeyRotation', 'How to rotate the secret of an API key.', { mayBeAbsent: true })
export class KeyRotationInput {
  @Expose(
    'For how many seconds the previous secret stays valid: 0 to 2,592,000 (30 days). Defaults to 86,400 (one day).',
    {
      as: Int,
      optional: true,
      schema: { minimum: 0, maximum: 30 * DAY, default: DAY },
    },
  )
  @IsInt()
  @Min(0)
  @Max(30 * DAY)
  overlapSeconds: number = DAY;

  @Expose(TENANT, { as: ID, optional: true, schema: { format: 'uuid' } })
  @IsUUID()
  tenant?: string;
}

/** An API key as both APIs return it: everything but its secret. */
@Output('ApiKey', 'An API key. Its secret is returned only once, when the key is created.')
export class ApiKeyView {
  @Expose('The part of the key between the underscores. Changes made with the key have the actor `key:<id>`.', {
    as: ID,
    schema: { pattern: '^[0-9a-f]{16}$' },
  })
  id: string;

  @Expose('Display name.')
  name: string;

  @Expose(SCOPES, { as: [String], schema: { items: { type: 'string', enum: [...scopeNames] } } })
  scopes: Scope[];

  @Expose(COLLECTIONS, { as: [String], nullable: true })
  collections: string[] | null;

  @Expose('When the key was created.', { as: DateTime })
  createdAt: string;

  @Expose(EXPIRES, { as: DateTime, nullable: true })
  expiresAt: string | null;

  @Expose('When the key was last used, accurate to a few minutes; null: never.', { as: DateTime, nullable: true })
  lastUsedAt: string | null;

  @Expose('When the key was revoked; null: it is not revoked.', { as: DateTime, nullable: true })
  revokedAt: string | null;

  @Expose('Until when the secret from before the last rotation is valid; null: it is not valid.', {
    as: DateTime,
    nullable: true,
  })
  previousUntil: string | null;

  constructor(key: ApiKey) {
    this.id = key.id;
    this.name = key.name;
    this.scopes = [...key.scopes];
    this.collections = key.collections && [...key.collections];
    this.createdAt = key.createdAt.toISOString();
    this.expiresAt = key.expiresAt?.toISOString() ?? null;
    this.lastUsedAt = key.lastUsedAt?.toISOString() ?? null;
    this.revokedAt = key.revokedAt?.toISOString() ?? null;
    this.previousUntil = key.overlapsUntil(new Date())?.toISOString() ?? null;
  }
}

@Output('IssuedApiKey', 'An API key that was just created or rotated, with its secret.')
export class IssuedApiKeyView extends ApiKeyView {
  @Expose(
    'The key, `hvn_<id>_<secret>`, to send as `Authorization: Bearer …`. It is returned only once: ' +
      'null in a response that is replayed for an `Idempotency-Key`.',
    { as: String, nullable: true },
  )
  token: string | null;

  constructor(key: ApiKey, token: string) {
    super(key);
    this.token = token;
  }

  /**
   * Returns the response without the secret. This is what is stored for repeated requests with the same
   * `Idempotency-Key`, so that no secret is stored.
   */
  forReplay(): object {
    return Object.assign({}, this, { token: null });
  }
}
