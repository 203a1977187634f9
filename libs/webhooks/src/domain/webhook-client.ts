/** A POST request to send. */
export interface WebhookRequest {
  readonly url: string;
  /** Without the headers that the client adds: `user-agent`, `accept-encoding` and those of the connection. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Result of a request: a response, or an error. */
export interface WebhookResponse {
  /** Any status, including redirects; null if there was no response. */
  readonly status: number | null;
  /** Why there was no response, for people: `ECONNREFUSED`, `no public address`, `timeout` … */
  readonly error: string | null;
  readonly durationMs: number;
  /** At most the first 4 KiB of the response body as text; less if the rest did not arrive in time. */
  readonly excerpt: string | null;
  /** Value of `Retry-After` in milliseconds, at most a day; null if there is none. */
  readonly retryAfterMs: number | null;
}

/** Sends webhook requests to allowed URLs. */
export abstract class WebhookClient {
  /** Sends the request once. Never rejects: every failure is returned as a response with an error. */
  abstract send(request: WebhookRequest, signal: AbortSignal): Promise<WebhookResponse>;

  /** Checks the text of a URL and resolves its host. Throws `VALIDATION_FAILED` at `/url` if the URL is not allowed. */
  abstract check(url: string): Promise<void>;
}
