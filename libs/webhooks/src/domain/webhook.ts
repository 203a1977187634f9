import { invalid, Precondition } from '@haven/kernel';
import type { EventType, JsonObject } from '@haven/kernel';

import { checkedHeaders } from './headers.js';

/** `full` includes the record after the change, `thin` does not. */
export const PAYLOADS = ['full', 'thin'] as const;
export type PayloadFormat = (typeof PAYLOADS)[number];

/** `perRecord` sends the changes to a record in their order, `none` in any order. */
export const ORDERS = ['perRecord', 'none'] as const;
export type DeliveryOrder = (typeof ORDERS)[number];

/** Signature schemes of Standard Webhooks: `v1` is HMAC-SHA256 with a shared secret, `v1a` is ed25519. */
export const SCHEMES = ['v1', 'v1a'] as const;
export type Scheme = (typeof SCHEMES)[number];

export type WebhookState = 'active' | 'paused' | 'disabled' | 'deleted';

/** A secret that deliveries are signed with until the time `until`; null means that it does not expire. */
export interface Secret {
  readonly secret: string;
  /** RFC 3339. */
  readonly until: string | null;
}

/** Settings that the owner of a webhook can change. `undefined` leaves the current value. */
export interface WebhookSettings {
  url?: string;
  description?: string;
  collections?: readonly string[] | null;
  types?: readonly EventType[] | null;
  filter?: JsonObject | null;
  payload?: PayloadFormat;
  order?: DeliveryOrder;
  rate?: number | null;
  headers?: Readonly<Record<string, string | null>>;
  paused?: boolean;
}

/** Maximum number of secrets that are valid at the same time. */
const MAX_SECRETS = 5;

/** A webhook endpoint: the URL that changes are sent to, which changes, and how. */
export class Webhook {
  id!: string;
  url!: string;
  description!: string;
  /** Null means all collections. */
  collections!: readonly string[] | null;
  /** Null means all types. */
  types!: readonly EventType[] | null;
  filter!: JsonObject | null;
  payload!: PayloadFormat;
  order!: DeliveryOrder;
  /** Maximum number of deliveries per second; null means that only their concurrency is limited. */
  rate!: number | null;
  headers!: Readonly<Record<string, string>>;
  secrets!: readonly Secret[];
  state!: WebhookState;
  /** Why the webhook is disabled; null if it is not. */
  problem!: string | null;
  /** Starts at 1 and increases with every change. */
  revision!: number;
  createdAt!: Date;
  updatedAt!: Date;

  static create(id: string, settings: WebhookSettings & { url: string }, secret: string, now: Date): Webhook {
    return Object.assign(new Webhook(), {
      id,
      url: settings.url,
      description: settings.description ?? '',
      collections: settings.collections ?? null,
      types: settings.types ?? null,
      filter: settings.filter ?? null,
      payload: settings.payload ?? 'full',
      order: settings.order ?? 'perRecord',
      rate: settings.rate ?? null,
      headers: checkedHeaders({}, settings.headers ?? {}),
      secrets: [{ secret, until: null }],
      state: settings.paused ? ('paused' as const) : ('active' as const),
      problem: null,
      revision: 1,
      createdAt: now,
      updatedAt: now,
    });
  }

  /** Applies the settings. `paused: false` resumes a paused or disabled webhook at the position where it stopped. */
  revise(settings: WebhookSettings, precondition: Precondition, now: Date): void {
    precondition.check(this.revision);
    const { headers, paused, ...others } = settings;
    Object.assign(this, defined(others));
    if (headers) this.headers = checkedHeaders(this.headers, headers);
    if (paused !== undefined) this.state = paused ? 'paused' : 'active';
    if (this.state !== 'disabled') this.problem = null;
    this.touch(now);
  }

  /** Makes `secret` the newest secret. The previous ones remain valid for the overlap. */
  rotate(secret: string, overlapSeconds: number, now: Date): void {
    const until = new Date(now.getTime() + overlapSeconds * 1_000).toISOString();
    const before = this.secretsAt(now).map((each) => ({ secret: each.secret, until: earlier(each.until, until) }));
    if (overlapSeconds > 0 && before.length >= MAX_SECRETS)
      throw invalid(
        'VALIDATION_FAILED',
        '/overlapSeconds',
        `must be 0, because ${MAX_SECRETS} secrets, the maximum, are still valid`,
      );
    this.secrets = [{ secret, until: null }, ...(overlapSeconds > 0 ? before : [])];
    this.touch(now);
  }

  /** Stops delivery after persistent failures; `problem` is the reason. */
  disable(problem: string, now: Date): void {
    this.state = 'disabled';
    this.problem = problem;
    this.touch(now);
  }

  delete(precondition: Precondition, now: Date): void {
    precondition.check(this.revision);
    this.state = 'deleted';
    this.touch(now);
  }

  /** Returns the secrets that are valid at `now`, newest first. */
  secretsAt(now: Date): readonly Secret[] {
    return this.secrets.filter(({ until }) => until === null || Date.parse(until) > now.getTime());
  }

  get scheme(): Scheme {
    return this.secrets[0]?.secret.startsWith('whsk_') ? 'v1a' : 'v1';
  }

  private touch(now: Date): void {
    this.revision++;
    this.updatedAt = now;
  }
}

function defined<T extends object>(settings: T): Partial<T> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function earlier(one: string | null, other: string): string {
  return one !== null && one < other ? one : other;
}
