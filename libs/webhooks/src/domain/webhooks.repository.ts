import type { KeysetRange } from '@haven/kernel';

import type { Webhook } from './webhook.js';

/** The webhooks of the current tenant, without deleted ones. All methods use the open unit of work. */
export abstract class WebhooksRepository {
  abstract add(webhook: Webhook): Promise<void>;
  abstract find(id: string): Promise<Webhook | null>;
  /**
   * Returns a range of the webhooks in the order of creation. With `among`, returns only webhooks that are restricted
   * to collections in this set.
   */
  abstract list(range: KeysetRange<string>, among?: ReadonlySet<string>): Promise<Webhook[]>;
  abstract count(among?: ReadonlySet<string>): Promise<number>;
  /** Stores the webhook if its stored revision is still `before`. Otherwise the unit of work is retried. */
  abstract store(webhook: Webhook, before: number): Promise<void>;
}
