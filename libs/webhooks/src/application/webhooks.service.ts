import { Injectable } from '@nestjs/common';
import { v7 as uuidv7, validate } from 'uuid';

import { ascending, KeysetPages } from '@haven/api';
import { FeedPositions } from '@haven/changes';
import { HavenConfig } from '@haven/config';
import { UnitOfWork } from '@haven/database';
import { HavenError, invalid, isJsonObject, notFound, withPointerPrefix } from '@haven/kernel';
import type { Caller, JsonObject, Precondition, Slice, PageRequest } from '@haven/kernel';
import { noSearch, parseFilter } from '@haven/query';

import { WebhookClient } from '../domain/webhook-client.js';
import { DeliveriesRepository } from '../domain/deliveries.repository.js';
import { newSigningSecret } from '../domain/signing.js';
import { Webhook } from '../domain/webhook.js';
import type { WebhookSettings } from '../domain/webhook.js';
import { WebhooksRepository } from '../domain/webhooks.repository.js';
import { DeliveryAttemptView } from './deliveries.contract.js';
import { sampleOf } from './message.js';
import { MessageSender } from './message-sender.js';
import { WebhookInvalidation } from './webhook-invalidation.js';
import { IssuedWebhookView, WebhookView } from './webhooks.contract.js';
import type { NewWebhookInput, WebhookChangesInput, WebhookRotationInput } from './webhooks.contract.js';

/** Use cases of webhooks: create, read, change, rotate, delete and test. */
@Injectable()
export class WebhooksService {
  constructor(
    private readonly webhooks: WebhooksRepository,
    private readonly deliveries: DeliveriesRepository,
    private readonly positions: FeedPositions,
    private readonly client: WebhookClient,
    private readonly sender: MessageSender,
    private readonly invalidation: WebhookInvalidation,
    private readonly uow: UnitOfWork,
    private readonly pages: KeysetPages,
    private readonly config: HavenConfig,
  ) {}

  /** Creates a webhook. Throws `QUOTA_EXCEEDED` if the tenant already has `limits.webhooks` webhooks. */
  async create(caller: Caller, { scheme = 'v1', after, ...input }: NewWebhookInput): Promise<IssuedWebhookView> {
    requireWebhookScope(caller, input.collections ?? null);
    const settings = { ...this.toSettings(input), url: input.url };
    await this.client.check(input.url);
    return this.uow.run(caller, async () => {
      // `publish` comes first, because it locks a row: concurrent calls then count the webhooks one after the other.
      await this.invalidation.publish(caller);
      const { webhooks } = this.config.limits;
      if ((await this.webhooks.count()) >= webhooks)
        throw new HavenError(
          'QUOTA_EXCEEDED',
          `The tenant already has ${webhooks} webhooks, the maximum (limits.webhooks).`,
        );
      const { seq } = await this.positions.find(caller, after);
      const webhook = Webhook.create(uuidv7(), settings, newSigningSecret(scheme), new Date());
      await this.webhooks.add(webhook);
      await this.deliveries.createProgress(caller, webhook.id, seq);
      return new IssuedWebhookView(webhook);
    });
  }

  get(caller: Caller, id: string): Promise<WebhookView> {
    return this.uow.run(caller, async () => new WebhookView(await this.require(caller, id)));
  }

  /** Returns the webhooks of the tenant, or of the collections that the caller is restricted to, oldest first. */
  list(caller: Caller, page: PageRequest): Promise<Slice<WebhookView>> {
    caller.access.requireScopeForSome('webhooks:write');
    const { collections: among } = caller.access;
    return this.pages.page(page, {
      binding: `${caller.tenantId}/webhooks`,
      keyOf: ({ id }: Webhook) => [id],
      compare: ascending,
      read: ({ beyond, ...range }) =>
        this.uow.run(caller, () => this.webhooks.list({ beyond: beyond?.[0], ...range }, among)),
      view: (webhook) => new WebhookView(webhook),
      count: () => this.uow.run(caller, () => this.webhooks.count(among)),
    });
  }

  /** Changes a webhook. All processes apply the change within a second. */
  async change(
    caller: Caller,
    id: string,
    input: WebhookChangesInput,
    precondition: Precondition,
  ): Promise<WebhookView> {
    const settings = this.toSettings(input);
    if (input.url !== undefined) {
      await this.get(caller, id); // no DNS request for a webhook that does not exist
      await this.client.check(input.url);
    }
    return this.uow.run(caller, async () => {
      const webhook = await this.revise(caller, id, (found) => {
        found.revise(settings, precondition, new Date());
        requireWebhookScope(caller, found.collections);
      });
      if (input.paused === false) await this.deliveries.resetFailures(caller, webhook.id);
      return new WebhookView(webhook);
    });
  }

  /** Creates a new secret. Deliveries are also signed with the previous ones until the overlap ends. */
  async rotate(caller: Caller, id: string, { overlapSeconds }: WebhookRotationInput): Promise<IssuedWebhookView> {
    const webhook = await this.revise(caller, id, (found) =>
      found.rotate(newSigningSecret(found.scheme), overlapSeconds, new Date()),
    );
    return new IssuedWebhookView(webhook);
  }

  /** Deletes a webhook and stops its deliveries. Its delivery log is deleted in the background. */
  async delete(caller: Caller, id: string, precondition: Precondition): Promise<void> {
    await this.revise(caller, id, (found) => found.delete(precondition, new Date()));
  }

  /** Sends a sample of type `webhook.test` once, and returns the result. The delivery log does not contain it. */
  async test(caller: Caller, id: string): Promise<DeliveryAttemptView> {
    const webhook = await this.uow.run(caller, () => this.require(caller, id));
    const { response, at } = await this.sender.send(webhook, sampleOf(caller, webhook), new AbortController().signal);
    return new DeliveryAttemptView({ at, ...response });
  }

  private revise(caller: Caller, id: string, change: (webhook: Webhook) => void): Promise<Webhook> {
    return this.uow.run(caller, async () => {
      const webhook = await this.require(caller, id);
      const before = webhook.revision;
      change(webhook);
      await this.webhooks.store(webhook, before);
      await this.invalidation.publish(caller);
      return webhook;
    });
  }

  /** Finds a webhook in the open unit of work. Throws `FORBIDDEN` if it sends more than the caller has access to. */
  private async require(caller: Caller, id: string): Promise<Webhook> {
    caller.access.requireScopeForSome('webhooks:write');
    const webhook = validate(id) ? await this.webhooks.find(id.toLowerCase()) : null;
    if (!webhook) throw notFound('webhook', id);
    requireWebhookScope(caller, webhook.collections);
    return webhook;
  }

  /** Validates fields whose rules class-validator cannot express. */
  private toSettings({ filter, headers, ...input }: WebhookChangesInput): WebhookSettings {
    if (headers !== undefined && !isJsonObject(headers))
      throw invalid('VALIDATION_FAILED', '/headers', 'must be an object whose values are strings or null');
    if (filter != null) withPointerPrefix('/filter', () => parseFilter(filter, this.config.limits, NO_SEARCH));
    return {
      ...input,
      ...(filter !== undefined && { filter: filter as JsonObject | null }), // a filter that parses is an object
      ...(headers !== undefined && { headers: headers as Record<string, string | null> }), // `Webhook` checks them
    };
  }
}

const NO_SEARCH = noSearch(
  'is not possible in filters of webhooks: these are tested on earlier versions of records, whose text is not indexed',
);

/** A webhook discloses the records it sends, so a caller restricted to some collections can have it send only these. */
function requireWebhookScope({ access }: Caller, collections: readonly string[] | null): void {
  if (collections === null) return access.requireScope('webhooks:write');
  for (const collection of collections) access.requireScope('webhooks:write', collection);
}
