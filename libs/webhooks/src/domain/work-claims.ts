/** A webhook, by the names that are told across tenants. */
export interface EndpointKey {
  readonly tenantId: string;
  readonly id: string;
}

/** A webhook that there is, and whether it is to be worked on. */
export interface EndpointSummary extends EndpointKey {
  readonly revision: number;
  readonly isActive: boolean;
}

/** How all webhooks of all tenants are doing together. */
export interface WebhookTotals {
  readonly pending: number;
  readonly dead: number;
  readonly disabled: number;
  /** Since when the oldest of those pending waits. */
  readonly oldest: Date | null;
  /** In changes. */
  readonly lag: number;
}

/**
 * What all processes that deliver look at: which webhooks there are, which have something to do, and who works on which. Whoever
 * works on one holds its lane, and lets go of it at the latest when his connection ends.
 */
export abstract class WorkClaims {
  /** Answers another text when webhooks, or who may act at all, have changed. */
  abstract revision(): Promise<string>;
  abstract endpoints(): Promise<EndpointSummary[]>;
  abstract endpointsWithWork(): Promise<EndpointKey[]>;
  abstract totals(): Promise<WebhookTotals>;
  /** Takes the lane if nobody holds it; the signal is aborted when it is no longer held. */
  abstract claim(id: string): Promise<AbortSignal | null>;
  abstract release(id: string): Promise<void>;
  abstract close(): Promise<void>;
}
