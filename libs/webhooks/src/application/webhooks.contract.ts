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
  'Where to send: `https:`, at a public address. At most 2,000 characters, without user, password or fragment.';
const DESCRIPTION = 'For people; at most 500 characters.';
const COLLECTIONS = 'Only changes of these collections, existing or not; null: all.';
const TYPES = 'Only changes of these types; null: all.';
const FILTER = 'Only changes of records that match, or did before: the filter language; null: all.';
const PAYLOAD = '`full` sends the record after the change, `thin` only its id and version.';
const ORDER =
  '`perRecord` sends a change only after those before it of its record were delivered or given up; `none` sends what comes.';
const RATE = 'Deliveries a second at most, 1 to 10,000; null: as many as the receiver takes.';
const HEADERS =
  'Headers to send along, by name; their values are never shown. A change sets those it names, and takes away those that are null.';
const SCHEME = 'How deliveries are signed: `v1` is HMAC-SHA256 with a shared secret, `v1a` ed25519 with a public key.';

const Collections = () => nullableList(100, IsString({ each: true }));
const Types = () => nullableList(EVENT_TYPES.length, IsIn(EVENT_TYPES, { each: true }));

/** What may be changed about a webhook. */
@Input('WebhookChanges', 'What may be changed about a webhook. Left out: as it is.')
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

  @Expose(FILTER, { as: Json, optional: true, schema: { type: 'object', additionalProperties: true, nullable: true } })
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

  @Expose('Whether it waits. `false` lets it go on where it stopped, also one that Haven has disabled.', {
    optional: true,
  })
  @IsBoolean()
  paused?: boolean;
}

/** A new webhook. */
@Input('NewWebhook', 'A webhook to be made.')
export class NewWebhookInput extends WebhookChangesInput {
  @Expose(URL_TEXT, { schema: { format: 'uri', example: 'https://example.com/haven' } })
  @IsString()
  @Length(1, 2_000)
  declare url: string;

  @Expose(SCHEME, { as: String, optional: true, schema: { enum: [...SCHEMES], default: 'v1' } })
  @IsIn(SCHEMES)
  scheme?: Scheme;

  @Expose(
    'Begin behind this cursor of the changes, or with `earliest`, the oldest change that is kept; left out, with what happens from now on.',
    { optional: true },
  )
  @IsString()
  after?: string;
}

const DAY = 86_400;

/** How a webhook is given another secret. */
@Input('WebhookRotation', 'How a webhook is given another secret.')
export class WebhookRotationInput {
  @Expose(
    'How many seconds deliveries are signed with the secret before as well: 0 to 2,592,000 (30 days); 86,400 (a day) if left out.',
    { as: Int, optional: true, schema: { minimum: 0, maximum: 30 * DAY, default: DAY } },
  )
  @IsInt()
  @Min(0)
  @Max(30 * DAY)
  overlapSeconds: number = DAY;
}

/** A webhook as both doors show it: everything but its secrets and the values of its headers. */
@Output('Webhook', 'Where changes are sent to, which, and how.')
export class WebhookView {
  @Expose('UUID, version 7.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose('Where to send.', { schema: { format: 'uri' } })
  url: string;

  @Expose('For people.')
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

  @Expose('Names of the headers that are sent along.', { as: [String] })
  headers: string[];

  @Expose(SCHEME, { as: String, schema: { enum: [...SCHEMES] } })
  scheme: Scheme;

  @Expose('Of `v1a`, what to verify signatures with (`whpk_…`); null with `v1`.', { as: String, nullable: true })
  publicKey: string | null;

  @Expose('`disabled` means that Haven gave up: `problem` says why.', {
    as: String,
    schema: { enum: ['active', 'paused', 'disabled'] },
  })
  state: WebhookState;

  @Expose('Why it is disabled; null: it is not.', { as: String, nullable: true })
  problem: string | null;

  @Expose('1, 2, 3 …: grows with every change; the ETag.', { as: Int })
  revision: number;

  @Expose('When it was made.', { as: DateTime })
  createdAt: string;

  @Expose('When it last changed.', { as: DateTime })
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

/** A webhook with its newest secret, as it is shown once. */
@Output('IssuedWebhook', 'A webhook that was made or whose secret was rotated, with the secret.')
export class IssuedWebhookView extends WebhookView {
  @Expose(
    'What to verify deliveries with (`whsec_…`; of `v1a` it is the private key, and `publicKey` is enough). Shown this once: null in an answer that is replayed for an `Idempotency-Key`.',
    { as: String, nullable: true },
  )
  secret: string | null;

  constructor(webhook: Webhook) {
    super(webhook);
    this.secret = webhook.secrets[0]?.secret ?? null;
  }

  /** The secret is not to be kept with the answer. */
  forReplay(): object {
    return Object.assign({}, this, { secret: null });
  }
}

function nullableList(most: number, each: PropertyDecorator): PropertyDecorator {
  return (target, property) => {
    for (const rule of [ValidateIf((_, value) => value !== null), IsArray(), ArrayNotEmpty(), ArrayUnique(), each])
      rule(target, property);
    ArrayMaxSize(most)(target, property);
  };
}
