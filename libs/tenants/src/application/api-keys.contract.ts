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

const SCOPES = `What it may be used for: ${scopeNames.map((name) => `\`${name}\` (${scopes[name].replace(/\.$/, '')})`).join('; ')}.`;
const COLLECTIONS = 'Names of the collections it is held to, existing or not; null: all.';
const EXPIRES = 'When it stops being good; null: never.';
const TENANT = 'For operators: the tenant it is of; left out, their own.';
const DAY = 86_400;

/** A new API key. */
@Input('NewApiKey', 'An API key to be made. Nobody gives away more than he has, but an operator.')
export class NewApiKeyInput {
  @Expose('For people; 1 to 100 characters.', { schema: { example: 'web shop' } })
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

/** How a key is to be rotated. */
@Input('KeyRotation', 'How a key is given another secret.')
export class KeyRotationInput {
  @Expose('How many seconds the secret before is still good: 0 to 2,592,000 (30 days); 86,400 (a day) if left out.', {
    as: Int,
    optional: true,
    schema: { minimum: 0, maximum: 30 * DAY, default: DAY },
  })
  @IsInt()
  @Min(0)
  @Max(30 * DAY)
  overlapSeconds: number = DAY;

  @Expose(TENANT, { as: ID, optional: true, schema: { format: 'uuid' } })
  @IsUUID()
  tenant?: string;
}

/** An API key as both doors show it: everything but its secret. */
@Output('ApiKey', 'An API key; its secret is shown once, when it is made.')
export class ApiKeyView {
  @Expose('The part of the key between the underscores; `key:<id>` is the actor of what is done with it.', {
    as: ID,
    schema: { pattern: '^[0-9a-f]{16}$' },
  })
  id: string;

  @Expose('For people.')
  name: string;

  @Expose(SCOPES, { as: [String], schema: { items: { type: 'string', enum: [...scopeNames] } } })
  scopes: Scope[];

  @Expose(COLLECTIONS, { as: [String], nullable: true })
  collections: string[] | null;

  @Expose('When it was made.', { as: DateTime })
  createdAt: string;

  @Expose(EXPIRES, { as: DateTime, nullable: true })
  expiresAt: string | null;

  @Expose('When it was last used, to some minutes; null: never.', { as: DateTime, nullable: true })
  lastUsedAt: string | null;

  @Expose('When it was revoked; null: it was not.', { as: DateTime, nullable: true })
  revokedAt: string | null;

  @Expose('Until when the secret from before the last rotation is good; null: it is not.', {
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

/** A key with its secret, as it is shown once. */
@Output('IssuedApiKey', 'An API key that was made or rotated, with its secret.')
export class IssuedApiKeyView extends ApiKeyView {
  @Expose(
    'What to send as `Authorization: Bearer …`: `hvn_<id>_<secret>`. It is shown this once: null in an answer that is replayed for an `Idempotency-Key`.',
    { as: String, nullable: true },
  )
  token: string | null;

  constructor(key: ApiKey, token: string) {
    super(key);
    this.token = token;
  }

  /** The secret is not to be kept with the answer. */
  forReplay(): object {
    return Object.assign({}, this, { token: null });
  }
}
