import { invalid, Precondition } from '@haven/kernel';
import type { EventType, JsonObject } from '@haven/kernel';

import { checkedHeaders } from './headers.js';

/** `full` has the record after the change; `thin` only says which it is. */
export const PAYLOADS = ['full', 'thin'] as const;
export type PayloadFormat = (typeof PAYLOADS)[number];

/** `perRecord`: a change is sent only after those before it of its record. */
export const ORDERS = ['perRecord', 'none'] as const;
export type DeliveryOrder = (typeof ORDERS)[number];

/** `v1` is HMAC-SHA256 with a shared secret, `v1a` ed25519 with a public key (Standard Webhooks). */
export const SCHEMES = ['v1', 'v1a'] as const;
export type Scheme = (typeof SCHEMES)[number];

export type WebhookState = 'active' | 'paused' | 'disabled' | 'deleted';

/** A secret that deliveries are signed with, until it is no longer good; null: for good. */
export interface Secret {
  readonly secret: string;
  /** RFC 3339. */
  readonly until: string | null;
}

/** What its owner decides; `undefined` leaves as it is. */
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

/** At most so many secrets are good at once. */
const SECRETS = 5;

/** Where changes are sent to, which, and how. */
export class Webhook {
  id!: string;
  url!: string;
  description!: string;
  /** Null: all. */
  collections!: readonly string[] | null;
  /** Null: all. */
  types!: readonly EventType[] | null;
  filter!: JsonObject | null;
  payload!: PayloadFormat;
  order!: DeliveryOrder;
  /** Deliveries a second at most; null: as many as the receiver takes. */
  rate!: number | null;
  headers!: Readonly<Record<string, string>>;
  secrets!: readonly Secret[];
  state!: WebhookState;
  /** Why it is disabled. */
  problem!: string | null;
  /** 1, 2, 3 …: grows with every change. */
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

  /** Sets what is given. `paused: false` lets it go on, also when it was disabled; it goes on where it stopped. */
  revise(settings: WebhookSettings, precondition: Precondition, now: Date): void {
    precondition.check(this.revision);
    const { headers, paused, ...others } = settings;
    Object.assign(this, defined(others));
    if (headers) this.headers = checkedHeaders(this.headers, headers);
    if (paused !== undefined) this.state = paused ? 'paused' : 'active';
    if (this.state !== 'disabled') this.problem = null;
    this.touch(now);
  }

  /** From now on it signs with this secret, and for the overlap with those before as well. */
  rotate(secret: string, overlapSeconds: number, now: Date): void {
    const until = new Date(now.getTime() + overlapSeconds * 1_000).toISOString();
    const before = this.secretsAt(now).map((each) => ({ secret: each.secret, until: earlier(each.until, until) }));
    if (overlapSeconds > 0 && before.length >= SECRETS)
      throw invalid(
        'VALIDATION_FAILED',
        '/overlapSeconds',
        `${SECRETS} secrets are good at once already; rotate with 0`,
      );
    this.secrets = [{ secret, until: null }, ...(overlapSeconds > 0 ? before : [])];
    this.touch(now);
  }

  /** Haven gives up on it, and says why. */
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

  /** The secrets that are good, the newest first. */
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
