import { ID, Int } from '@nestjs/graphql';
import { IsBoolean, IsString } from 'class-validator';

import { DateTime, Expose, Input, Output } from '@haven/api';
import { EVENT_TYPES } from '@haven/kernel';
import type { EventType } from '@haven/kernel';

import { DELIVERY_STATES } from '../domain/delivery.js';
import type { Attempt, Delivery, DeliveryState } from '../domain/delivery.js';
import type { DeliveryProgress } from '../domain/deliveries.repository.js';

const STATE =
  '`delivered`; `retrying` at `nextAttemptAt`; `held` behind an earlier change of its record; `dead`, given up after the last attempt.';

/** One request to a receiver. */
@Output('DeliveryAttempt', 'One request to a receiver, and what came of it.')
export class DeliveryAttemptView {
  @Expose('When it began.', { as: DateTime })
  at: string;

  @Expose('Status of the answer; null: there was none.', { as: Int, nullable: true })
  status: number | null;

  @Expose('Why there was no answer; null: there was one.', { as: String, nullable: true })
  error: string | null;

  @Expose('How long it took, in milliseconds.', { as: Int })
  durationMs: number;

  @Expose("The beginning of the answer's body, at most 4 KiB.", { as: String, nullable: true })
  excerpt: string | null;

  constructor({ at, status, error, durationMs, excerpt }: Attempt) {
    this.at = at;
    this.status = status;
    this.error = error;
    this.durationMs = durationMs;
    this.excerpt = excerpt;
  }
}

/** A change on its way to a webhook, as both doors show it. */
@Output('Delivery', 'A change that was sent to a webhook, or waits to be.')
export class DeliveryView {
  @Expose('The `webhook-id` it is sent with, the same in each attempt: UUID.', { as: ID, schema: { format: 'uuid' } })
  id: string;

  @Expose(STATE, { as: String, schema: { enum: [...DELIVERY_STATES] } })
  state: DeliveryState;

  @Expose('What happened.', { as: String, schema: { enum: [...EVENT_TYPES] } })
  type: EventType;

  @Expose('Name of the collection.')
  collection: string;

  @Expose('UUID of the record.', { as: ID, schema: { format: 'uuid' } })
  recordId: string;

  @Expose('The version the change made.', { as: Int })
  version: number;

  @Expose('The position behind the change in the feed.')
  cursor: string;

  @Expose('The requests that were made, the oldest first.', { as: [DeliveryAttemptView] })
  attempts: DeliveryAttemptView[];

  @Expose('When it is tried next; null: it is not.', { as: DateTime, nullable: true })
  nextAttemptAt: string | null;

  @Expose('When it was first tried, or held.', { as: DateTime })
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

/** How a webhook is doing. */
@Output('WebhookStatus', 'How far a webhook is, and what waits.')
export class WebhookStatusView {
  @Expose('The position in the feed up to which everything was sent, or stands in the log.')
  cursor: string;

  @Expose('Changes of the tenant behind that position, whether they concern it or not.', { as: Int })
  lag: number;

  @Expose('Deliveries that failed and are tried again, or wait behind one that is.', { as: Int })
  pending: number;

  @Expose('Deliveries that were given up.', { as: Int })
  dead: number;

  @Expose('Since when the oldest of those pending waits.', { as: DateTime, nullable: true })
  oldestPendingAt: string | null;

  @Expose(
    'Since when every attempt has failed; null: the last one did not. After `webhooks.disableAfter` it is disabled.',
    {
      as: DateTime,
      nullable: true,
    },
  )
  failingSince: string | null;

  @Expose('Until when nothing is sent, because the receiver asked for it; null: it did not.', {
    as: DateTime,
    nullable: true,
  })
  pausedUntil: string | null;

  @Expose('Whether a replay of a part of the feed is going on.')
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

/** What is to be sent again. */
@Input('WebhookReplay', 'What is to be sent again: `dead`, or a part of the feed.')
export class WebhookReplayInput {
  @Expose('All deliveries that were given up.', { optional: true })
  @IsBoolean()
  dead?: boolean;

  @Expose('Everything behind this cursor of the changes, or from `earliest` on.', { optional: true })
  @IsString()
  after?: string;

  @Expose('With `after`: up to this cursor; left out, up to where the webhook is.', { optional: true })
  @IsString()
  until?: string;
}

/** What a replay will send. */
@Output('WebhookReplayed', 'What is sent again.')
export class WebhookReplayedView {
  @Expose('How many of the dead are tried again.', { as: Int })
  dead!: number;

  @Expose('Up to which cursor the feed is sent again; null: no part of it is.', { as: String, nullable: true })
  until!: string | null;
}
