import { ID, Int } from '@nestjs/graphql';
import { IsBoolean, IsString } from 'class-validator';

import { DateTime, Expose, Input, Output } from '@haven/api';
import { EVENT_TYPES } from '@haven/kernel';
import type { EventType } from '@haven/kernel';

import { DELIVERY_STATES } from '../domain/delivery.js';
import type { Attempt, Delivery, DeliveryState } from '../domain/delivery.js';
import type { DeliveryProgress } from '../domain/deliveries.repository.js';

const STATE =
  '`delivered`; `retrying`: the next attempt is at `nextAttemptAt`; ' +
  '`held`: waits for an earlier change of its record; `dead`: abandoned after the last attempt.';

@Output('DeliveryAttempt', 'One request to the URL of a webhook, and its result.')
export class DeliveryAttemptView {
  @Expose('When the request was sent.', { as: DateTime })
  at: string;

  @Expose('Status of the response; null if there was none.', { as: Int, nullable: true })
  status: number | null;

  @Expose('Why there was no response; null if there was one.', { as: String, nullable: true })
  error: string | null;

  @Expose('Duration of the request, in milliseconds.', { as: Int })
  durationMs: number;

  @Expose('The beginning of the response body, at most 4 KiB.', { as: String, nullable: true })
  excerpt: string | null;

  constructor({ at, status, error, durationMs, excerpt }: Attempt) {
    this.at = at;
    this.status = status;
    this.error = error;
    this.durationMs = durationMs;
    this.excerpt = excerpt;
  }
}

@Output('Delivery', 'A change that was sent to a webhook, or waits to be sent.')
export class DeliveryView {
  @Expose('UUID. Sent as the header `webhook-id`, the same in every attempt.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose(STATE, { as: String, schema: { enum: [...DELIVERY_STATES] } })
  state: DeliveryState;

  @Expose('Type of the change.', { as: String, schema: { enum: [...EVENT_TYPES] } })
  type: EventType;

  @Expose('Name of the collection.')
  collection: string;

  @Expose('UUID of the record.', { as: ID, schema: { format: 'uuid' } })
  recordId: string;

  @Expose('Version of the record after the change.', { as: Int, schema: { minimum: 1 } })
  version: number;

  @Expose('Cursor of the position after the change in the feed.')
  cursor: string;

  @Expose('The attempts so far, oldest first.', { as: [DeliveryAttemptView] })
  attempts: DeliveryAttemptView[];

  @Expose('When the next attempt is due; null if there is none.', { as: DateTime, nullable: true })
  nextAttemptAt: string | null;

  @Expose('When the change was added to the delivery log.', {
    as: DateTime,
  })
  createdAt: string;

  constructor(delivery: Delivery, cursor: string) {
    this.id = delivery.eventId;
    this.state = delivery.state;
    this.type = delivery.type;
    this.collection = delivery.collection;
    this.recordId = delivery.recordId;
    this.version = delivery.version;
    this.cursor = cursor;
    this.attempts = delivery.attempts.map((attempt) => new DeliveryAttemptView(attempt));
    this.nextAttemptAt = delivery.dueAt?.toISOString() ?? null;
    this.createdAt = delivery.createdAt.toISOString();
  }
}

@Output('WebhookStatus', 'Progress of a webhook in the feed, and its undelivered changes.')
export class WebhookStatusView {
  @Expose('Cursor in the feed. Every change up to it was delivered, or is in the delivery log.')
  cursor: string;

  @Expose("Number of the tenant's changes after that cursor, including those that are not sent to the webhook.", {
    as: Int,
  })
  lag: number;

  @Expose('Number of deliveries that are `retrying` or `held`.', { as: Int })
  pending: number;

  @Expose('Number of deliveries that are `dead`.', { as: Int })
  dead: number;

  @Expose('When the oldest pending delivery was added to the log; null if none is pending.', {
    as: DateTime,
    nullable: true,
  })
  oldestPendingAt: string | null;

  @Expose(
    'Since when every attempt has failed; null if the last one succeeded. ' +
      'The webhook is disabled when that lasts for `webhooks.disableAfter`.',
    {
      as: DateTime,
      nullable: true,
    },
  )
  failingSince: string | null;

  @Expose('Nothing is sent before this time, because the receiver is overloaded; null if deliveries are not paused.', {
    as: DateTime,
    nullable: true,
  })
  pausedUntil: string | null;

  @Expose('Whether a replay of a part of the feed is in progress.')
  replaying: boolean;

  constructor(progress: DeliveryProgress, cursor: string) {
    this.cursor = cursor;
    this.lag = progress.lag;
    this.pending = progress.pending;
    this.dead = progress.dead;
    this.oldestPendingAt = progress.oldestPendingAt?.toISOString() ?? null;
    this.failingSince = progress.failingSince?.toISOString() ?? null;
    this.pausedUntil = progress.pausedUntil?.toISOString() ?? null;
    this.replaying = progress.replaying;
  }
}

@Input('WebhookReplay', 'Which changes to send again: dead deliveries, a part of the feed, or both.')
export class WebhookReplayInput {
  @Expose('Whether to send all dead deliveries again.', { optional: true })
  @IsBoolean()
  dead?: boolean;

  @Expose('Sends the changes after this cursor again; `earliest` starts with the oldest change that is kept.', {
    optional: true,
  })
  @IsString()
  after?: string;

  @Expose(
    'Requires `after`. Sends the changes up to this cursor again; ' +
      'by default, up to the current position of the webhook.',
    { optional: true },
  )
  @IsString()
  until?: string;
}

@Output('WebhookReplayed', 'Which changes are sent again.')
export class WebhookReplayedView {
  @Expose('Number of dead deliveries that are sent again.', { as: Int })
  dead!: number;

  @Expose('Cursor up to which the feed is sent again; null if no part of the feed is.', { as: String, nullable: true })
  until!: string | null;
}
