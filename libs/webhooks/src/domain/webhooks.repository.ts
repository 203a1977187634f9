import type { Webhook } from './webhook.js';

/** The webhooks of the tenant whose unit of work is open; deleted ones are not there. */
export abstract class WebhooksRepository {
  abstract add(webhook: Webhook): Promise<void>;
  abstract find(id: string): Promise<Webhook | null>;
  /** In the order in which they were made; with `among`, those that are sent changes of no other collections. */
  abstract list(after: string | undefined, limit: number, among?: ReadonlySet<string>): Promise<Webhook[]>;
  abstract count(among?: ReadonlySet<string>): Promise<number>;
  /** Stores it if it is still at the revision `before`; otherwise the unit of work is tried anew. */
  abstract store(webhook: Webhook, before: number): Promise<void>;
}
