import { ID, Int } from '@nestjs/graphql';
import {
  Allow,
  ArrayMaxSize,
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';

import { DateTime, Expose, Input, Json, Output } from '@haven/api';
import { EVENT_TYPES } from '@haven/kernel';
import type { EventType, JsonValue } from '@haven/kernel';

import { publicKeyOf } from '../domain/signing.js';
import { ORDERS, PAYLOADS, SCHEMES } from '../domain/webhook.js';
import type { DeliveryOrder, PayloadFormat, Scheme, Webhook, WebhookState } from '../domain/webhook.js';

const URL_TEXT =
  'URL to send to: `https:`, with a public IP address. ' +
  'At most 2,000 characters, without user name, password and fragment.';
const DESCRIPTION = 'Description for people, at most 500 characters.';
const COLLECTIONS = 'Names of the collections whose changes are sent, existing or not; null for all.';
const TYPES = 'Types of the changes that are sent; null for all.';
const FILTER = 'Filter: only changes of records that match it, or did before the change, are sent; null for all.';
const PAYLOAD = '`full` includes the record after the change, `thin` only its id and version.';
const ORDER =
  '`perRecord` sends a change only after the earlier changes of its record were delivered or abandoned; ' +
  '`none` does not wait for them.';
const RATE = 'Maximum number of deliveries per second, 1 to 10,000; null for no fixed limit.';
const HEADERS =
  'Additional headers of each request, by name. Their values are never returned. ' +
  'An update sets the headers it contains, and removes those that are null.';
const SCHEME =
  'Signature scheme: `v1` is HMAC-SHA256 with a shared secret, `v1a` is ed25519, verified with a public key.';

const Collections = () => nullableList(100, IsString({ each: true }));
const Types = () => nullableList(EVENT_TYPES.length, IsIn(EVENT_TYPES, { each: true }));

@Input('WebhookChanges', 'Changes of a webhook. Fields that are left out stay as they are.')
export class WebhookChangesInput {
  @Expose(URL_TEXT, { optional: true, schema: { format: 'uri', example: 'https://example.com/haven' } })
  @IsString()
  @Length(1, 2_000)
  url?: string;

  @Expose(DESCRIPTION, { optional: true })
  @IsString()
  @MaxLength(500)
  description?: string;

  @Expose(COLLECTIONS, { as: [String], optional: true, nullable: true })
  @Collections()
  collections?: string[] | null;

  @Expose(TYPES, { as: [String], optional: true, nullable: true, schema: { items: { enum: [...EVENT_TYPES] } } })
  @Types()
  types?: EventType[] | null;

  @Expose(FILTER, {
    as: Json,
    optional: true,
    nullable: true,
    schema: { type: 'object', additionalProperties: true, nullable: true },
  })
  @Allow()
  filter?: JsonValue;

  @Expose(PAYLOAD, { as: String, optional: true, schema: { enum: [...PAYLOADS], default: 'full' } })
  @IsIn(PAYLOADS)
  payload?: PayloadFormat;

  @Expose(ORDER, { as: String, optional: true, schema: { enum: [...ORDERS], default: 'perRecord' } })
  @IsIn(ORDERS)
  order?: DeliveryOrder;

  @Expose(RATE, { as: Int, optional: true, nullable: true, schema: { minimum: 1, maximum: 10_000 } })
  @ValidateIf((_, value) => value !== null)
  @IsInt()
  @Min(1)
  @Max(10_000)
  rate?: number | null;

  @Expose(HEADERS, {
    as: Json,
    optional: true,
    schema: { type: 'object', additionalProperties: { type: 'string', nullable: true }, example: { 'x-api-key': '…' } },
  })
  @Allow()
  headers?: JsonValue;

  @Expose('Whether delivery is paused. `false` resumes it where it stopped, even if Haven had disabled the webhook.', {
    optional: true,
  })
  @IsBoolean()
  paused?: boolean;
}

@Input('NewWebhook', 'A webhook to create.')
export class NewWebhookInput extends WebhookChangesInput {
  @Expose(URL_TEXT, { schema: { format: 'uri', example: 'https://example.com/haven' } })
  @IsString()
  @Length(1, 2_000)
  declare url: string;

  @Expose(SCHEME, { as: String, optional: true, schema: { enum: [...SCHEMES], default: 'v1' } })
  @IsIn(SCHEMES)
  scheme?: Scheme;

  @Expose(
    'Sends the changes after this cursor; `earliest` starts with the oldest change that is kept. ' +
      'By default, only changes from now on are sent.',
    { optional: true },
  )
  @IsString()
  after?: string;
}

const DAY = 86_400;

@Input('WebhookRotation', 'How to rotate the secret of a webhook.', { mayBeAbsent: true })
export class WebhookRotationInput {
  @Expose(
    'How many seconds deliveries are also signed with the previous secrets: ' +
      '0 to 2,592,000 (30 days); by default 86,400 (a day).',
    { as: Int, optional: true, schema: { minimum: 0, maximum: 30 * DAY, default: DAY } },
  )
  @IsInt()
  @Min(0)
  @Max(30 * DAY)
  overlapSeconds: number = DAY;
}

/** A webhook as the API returns it: without its secrets and the values of its headers. */
@Output('Webhook', 'A webhook: the URL that changes are sent to, which changes, and how.')
export class WebhookView {
  @Expose('UUID, version 7.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose('URL to send to.', { schema: { format: 'uri' } })
  url: string;

  @Expose('Description for people.')
  description: string;

  @Expose(COLLECTIONS, { as: [String], nullable: true })
  collections: readonly string[] | null;

  @Expose(TYPES, { as: [String], nullable: true, schema: { items: { enum: [...EVENT_TYPES] } } })
  types: readonly EventType[] | null;

  @Expose(FILTER, { as: Json, nullable: true, schema: { type: 'object', additionalProperties: true, nullable: true } })
  filter: JsonValue;

  @Expose(PAYLOAD, { as: String, schema: { enum: [...PAYLOADS] } })
  payload: PayloadFormat;

  @Expose(ORDER, { as: String, schema: { enum: [...ORDERS] } })
  order: DeliveryOrder;

  @Expose(RATE, { as: Int, nullable: true })
  rate: number | null;

  @Expose('Names of the additional headers.', { as: [String] })
  headers: string[];

  @Expose(SCHEME, { as: String, schema: { enum: [...SCHEMES] } })
  scheme: Scheme;

  @Expose('Public key that verifies signatures (`whpk_…`), with `v1a`; null with `v1`.', { as: String, nullable: true })
  publicKey: string | null;

  @Expose('`disabled` means that Haven stopped delivery because of `problem`.', {
    as: String,
    schema: { enum: ['active', 'paused', 'disabled'] },
  })
  state: WebhookState;

  @Expose('Why the webhook is disabled; null if it is not.', { as: String, nullable: true })
  problem: string | null;

  @Expose('Starts at 1 and increases with every change. Also the ETag.', { as: Int, schema: { minimum: 1 } })
  revision: number;

  @Expose('When the webhook was created.', { as: DateTime })
  createdAt: string;

  @Expose('When the webhook last changed.', { as: DateTime })
  updatedAt: string;

  constructor(webhook: Webhook) {
    this.id = webhook.id;
    this.url = webhook.url;
    this.description = webhook.description;
    this.collections = webhook.collections;
    this.types = webhook.types;
    this.filter = webhook.filter;
    this.payload = webhook.payload;
    this.order = webhook.order;
    this.rate = webhook.rate;
    this.headers = Object.keys(webhook.headers);
    this.scheme = webhook.scheme;
    this.publicKey = publicKeyOf(webhook.secrets[0]?.secret ?? '');
    this.state = webhook.state;
    this.problem = webhook.problem;
    this.revision = webhook.revision;
    this.createdAt = webhook.createdAt.toISOString();
    this.updatedAt = webhook.updatedAt.toISOString();
  }
}

@Output('IssuedWebhook', 'A webhook that was created or whose secret was rotated, with the new secret.')
export class IssuedWebhookView extends WebhookView {
  @Expose(
    'Secret that verifies deliveries (`whsec_…`). With `v1a` it is the private key; use `publicKey` to verify. ' +
      'It is returned only once: null in a response that is replayed for an `Idempotency-Key`.',
    { as: String, nullable: true },
  )
  secret: string | null;

  constructor(webhook: Webhook) {
    super(webhook);
    this.secret = webhook.secrets[0]?.secret ?? null;
  }

  /** Removes the secret, which must not be stored with the response. */
  forReplay(): object {
    return Object.assign({}, this, { secret: null });
  }
}

function nullableList(maxSize: number, each: PropertyDecorator): PropertyDecorator {
  return (target, property) => {
    for (const rule of [ValidateIf((_, value) => value !== null), IsArray(), ArrayNotEmpty(), ArrayUnique(), each])
      rule(target, property);
    ArrayMaxSize(maxSize)(target, property);
  };
}
