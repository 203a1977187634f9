import { Injectable } from '@nestjs/common';

import { WebhookClient } from '../domain/webhook-client.js';
import type { WebhookResponse } from '../domain/webhook-client.js';
import { signatures } from '../domain/signing.js';
import type { Webhook } from '../domain/webhook.js';
import type { Message } from './message.js';

/** An attempt, with its response. */
export interface SentAttempt {
  /** Start of the attempt, RFC 3339. */
  readonly at: string;
  readonly response: WebhookResponse;
}

/** Sends a message once, with the headers and signatures of Standard Webhooks. */
@Injectable()
export class MessageSender {
  constructor(private readonly client: WebhookClient) {}

  async send(webhook: Webhook, { id, traceparent, body }: Message, signal: AbortSignal): Promise<SentAttempt> {
    const now = new Date();
    const timestamp = Math.floor(now.getTime() / 1_000);
    const secrets = webhook.secretsAt(now).map(({ secret }) => secret);
    const headers = {
      ...webhook.headers,
      'content-type': 'application/cloudevents+json; charset=utf-8',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatures(secrets, id, timestamp, body),
      traceparent,
    };
    const response = await this.client.send({ url: webhook.url, headers, body }, signal);
    return { at: now.toISOString(), response };
  }
}
