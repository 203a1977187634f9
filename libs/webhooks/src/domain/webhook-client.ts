/** One request that is to be made: a POST. */
export interface WebhookRequest {
  readonly url: string;
  /** Without those that every request has: `user-agent`, `accept-encoding`, and what is the connection's. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came of it. */
export interface WebhookResponse {
  /** Any, a redirect's included; null: there was no answer. */
  readonly status: number | null;
  /** Why there was no answer, for people: `ECONNREFUSED`, `no public address`, `timeout` … */
  readonly error: string | null;
  readonly durationMs: number;
  /** The first 4 KiB of the answer's body as text, or what of them came in time. */
  readonly excerpt: string | null;
  /** How long the receiver asks to be left alone, at most a day. */
  readonly retryAfterMs: number | null;
}

/** Carries webhooks to where they are sent, and nowhere else. */
export abstract class WebhookClient {
  /** Sends once; every failure is an outcome, nothing is thrown. */
  abstract send(request: WebhookRequest, signal: AbortSignal): Promise<WebhookResponse>;

  /** Fails with `VALIDATION_FAILED` at `/url` when the address may not be sent to: looks at the text, and asks DNS too. */
  abstract check(url: string): Promise<void>;
}
