/** Identifies a webhook across all tenants. */
export interface EndpointKey {
  readonly tenantId: string;
  readonly id: string;
}

/** A webhook, and whether its messages are to be delivered. */
export interface EndpointSummary extends EndpointKey {
  readonly revision: number;
  readonly isActive: boolean;
}

/** Totals of the webhooks of all tenants. */
export interface WebhookTotals {
  readonly pending: number;
  readonly dead: number;
  readonly disabled: number;
  /** Creation time of the oldest pending delivery. */
  readonly oldest: Date | null;
  /** Number of changes by which the most delayed webhook lags behind the feed of its tenant. */
  readonly lag: number;
}

/**
 * Distributes webhooks over all processes that deliver. Lists all webhooks and those with work, and lets only one
 * process at a time claim a webhook. A claim ends when it is released, or when the connection of the process ends.
 */
export abstract class WorkClaims {
  /** Returns a value that changes whenever webhooks, tenants or API keys change. */
  abstract revision(): Promise<string>;
  abstract endpoints(): Promise<EndpointSummary[]>;
  abstract endpointsWithWork(): Promise<EndpointKey[]>;
  abstract totals(): Promise<WebhookTotals>;
  /**
   * Claims a webhook. Returns null if another process has claimed it; otherwise a signal that aborts when the claim is
   * lost.
   */
  abstract claim(id: string): Promise<AbortSignal | null>;
  abstract release(id: string): Promise<void>;
  abstract close(): Promise<void>;
}
