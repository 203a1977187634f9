import type { Webhook } from './webhook.js';

/** The webhooks of the tenant whose unit of work is open; deleted ones are not there. */
export abstract class Webhooks {
  abstract add(webhook: Webhook): Promise<void>;
  abstract find(id: string): Promise<Webhook | null>;
  abstract list(after: string | undefined, limit: number): Promise<Webhook[]>;
  abstract count(): Promise<number>;
  /** Stores it if it is still at the revision `before`; otherwise the unit of work is tried anew. */
  abstract store(webhook: Webhook, before: number): Promise<void>;
}
