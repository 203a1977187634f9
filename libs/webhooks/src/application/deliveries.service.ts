import { Injectable } from '@nestjs/common';
import { validate } from 'uuid';

import { descending, KeysetPages } from '@haven/api';
import { FeedPositions } from '@haven/changes';
import { UnitOfWork } from '@haven/database';
import { FeedCursors } from '@haven/events';
import { invalid, notFound, pinToPrimary } from '@haven/kernel';
import type { Caller, Slice, PageRequest } from '@haven/kernel';

import { DeliveriesRepository } from '../domain/deliveries.repository.js';
import { DELIVERY_STATES } from '../domain/delivery.js';
import type { Delivery, DeliveryState } from '../domain/delivery.js';
import { DeliveryView, WebhookReplayedView, WebhookStatusView } from './deliveries.contract.js';
import type { WebhookReplayInput } from './deliveries.contract.js';
import { WebhookInvalidation } from './webhook-invalidation.js';
import { WebhooksService } from './webhooks.service.js';

/** Use cases of the delivery log: status, deliveries, redelivery and replay. */
@Injectable()
export class DeliveriesService {
  constructor(
    private readonly deliveries: DeliveriesRepository,
    private readonly webhooks: WebhooksService,
    private readonly positions: FeedPositions,
    private readonly invalidation: WebhookInvalidation,
    private readonly feed: FeedCursors,
    private readonly uow: UnitOfWork,
    private readonly pages: KeysetPages,
  ) {}

  /** Returns the progress of a webhook. */
  status(caller: Caller, webhookId: string): Promise<WebhookStatusView> {
    return this.of(caller, webhookId, async (id) => {
      const progress = await this.deliveries.progress(caller, id);
      return new WebhookStatusView(progress, this.feed.seal(caller, progress.position));
    });
  }

  /** Returns the deliveries of a webhook, newest changes first. */
  list(caller: Caller, webhookId: string, page: PageRequest, inState?: string): Promise<Slice<DeliveryView>> {
    const state = inState === undefined ? undefined : stateOf(inState);
    return this.of(caller, webhookId, async (id) =>
      this.pages.page(page, {
        binding: `${caller.tenantId}/webhooks/${id}/${state ?? ''}`,
        keyOf: ({ seq }: Delivery) => [seq],
        compare: descending,
        read: ({ beyond, ...range }) => this.deliveries.list(id, state, { beyond: beyond?.[0], ...range }),
        view: (delivery) => this.view(caller, delivery),
        count: () => this.uow.run(caller, () => this.deliveries.count(id, state)),
      }),
    );
  }

  get(caller: Caller, webhookId: string, deliveryId: string): Promise<DeliveryView> {
    return this.of(caller, webhookId, async (id) => {
      const delivery = validate(deliveryId) ? await this.deliveries.find(id, deliveryId.toLowerCase()) : null;
      if (!delivery) throw notFound('delivery', deliveryId);
      return this.view(caller, delivery);
    });
  }

  /**
   * Sends a change again now, whatever the state of its delivery. If this attempt fails, the full schedule of retries
   * follows.
   */
  redeliver(caller: Caller, webhookId: string, deliveryId: string): Promise<DeliveryView> {
    return this.of(caller, webhookId, async (id) => {
      const delivery = validate(deliveryId) ? await this.deliveries.redeliver(id, deliveryId.toLowerCase()) : null;
      if (!delivery) throw notFound('delivery', deliveryId);
      this.invalidation.wakeDispatchers(caller);
      return this.view(caller, delivery);
    });
  }

  /**
   * Sends again either all dead deliveries, or all changes in a part of the feed that match the webhook, even those
   * that were already delivered.
   */
  replay(caller: Caller, webhookId: string, input: WebhookReplayInput): Promise<WebhookReplayedView> {
    return this.of(caller, webhookId, async (id) => {
      const range = await this.range(caller, id, input);
      const dead = input.dead ? await this.deliveries.redeliverDead(id) : 0;
      if (range) await this.deliveries.replay(caller, id, range.after, range.until);
      this.invalidation.wakeDispatchers(caller);
      const until = range ? this.feed.seal(caller, range.until) : null;
      return Object.assign(new WebhookReplayedView(), { dead, until });
    });
  }

  private async range(
    caller: Caller,
    id: string,
    { dead, after, until }: WebhookReplayInput,
  ): Promise<{ after: number; until: number } | undefined> {
    if (after === undefined) {
      if (until !== undefined) throw invalid('VALIDATION_FAILED', '/until', 'requires `after`');
      if (!dead) throw invalid('VALIDATION_FAILED', '', 'Set `dead` to true, give `after`, or both.');
      return undefined;
    }
    const { position } = await this.deliveries.progress(caller, id);
    const begin = await this.positions.find(caller, after);
    const end = until === undefined ? position : (await this.positions.find(caller, until, undefined, '/until')).seq;
    return { after: begin.seq, until: Math.min(end, position) };
  }

  private of<T>(caller: Caller, webhookId: string, work: (id: string) => Promise<T>): Promise<T> {
    pinToPrimary(caller); // the client may go on to read the record versions that deliveries refer to
    return this.uow.run(caller, async () => work((await this.webhooks.get(caller, webhookId)).id));
  }

  private view(caller: Caller, delivery: Delivery): DeliveryView {
    return new DeliveryView(delivery, this.feed.seal(caller, delivery.seq));
  }
}

function stateOf(name: string): DeliveryState {
  const state = DELIVERY_STATES.find((each) => each === name);
  if (!state) throw invalid('VALIDATION_FAILED', '/state', `must be one of ${DELIVERY_STATES.join(', ')}`);
  return state;
}
