import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { ApiModule } from '@haven/api';
import { ChangesModule } from '@haven/changes';
import { EventsModule } from '@haven/events';
import { IdempotencyModule } from '@haven/idempotency';

import { DeliveriesService } from './application/deliveries.service.js';
import { DeliveryDispatcher } from './application/delivery-dispatcher.js';
import { EndpointWorkerFactory } from './application/endpoint-worker-factory.js';
import { MessageSender } from './application/message-sender.js';
import { WebhookInvalidation } from './application/webhook-invalidation.js';
import { WebhookMetrics } from './application/webhook-metrics.js';
import { WebhooksService } from './application/webhooks.service.js';
import { WebhookClient } from './domain/webhook-client.js';
import { DeliveriesRepository } from './domain/deliveries.repository.js';
import { WorkClaims } from './domain/work-claims.js';
import { DeliveryLog } from './domain/delivery-log.js';
import { WebhooksRepository } from './domain/webhooks.repository.js';
import { DeliveryCleanup } from './infrastructure/delivery-cleanup.js';
import { DeliverySchema, TypeOrmDeliveries } from './infrastructure/deliveries.typeorm.js';
import { PgWorkClaims } from './infrastructure/work-claims.pg.js';
import { PgDeliveryLog } from './infrastructure/delivery-log.pg.js';
import { UndiciWebhookClient } from './infrastructure/undici-webhook-client.js';
import { TypeOrmWebhooks, WebhookSchema } from './infrastructure/webhooks.typeorm.js';
import { DeliveriesController } from './interface/deliveries.controller.js';
import { DeliveriesResolver } from './interface/deliveries.resolver.js';
import { WebhooksController } from './interface/webhooks.controller.js';
import { WebhooksResolver } from './interface/webhooks.resolver.js';

/** Webhooks: the endpoints, the workers that deliver messages to them, and the delivery log. */
@Module({
  imports: [
    TypeOrmModule.forFeature([WebhookSchema, DeliverySchema]),
    ApiModule,
    ChangesModule,
    EventsModule,
    IdempotencyModule,
  ],
  controllers: [WebhooksController, DeliveriesController],
  providers: [
    WebhooksService,
    DeliveriesService,
    WebhooksResolver,
    DeliveriesResolver,
    WebhookInvalidation,
    WebhookMetrics,
    MessageSender,
    EndpointWorkerFactory,
    DeliveryDispatcher,
    DeliveryCleanup,
    { provide: WebhooksRepository, useClass: TypeOrmWebhooks },
    { provide: DeliveriesRepository, useClass: TypeOrmDeliveries },
    { provide: WorkClaims, useClass: PgWorkClaims },
    { provide: DeliveryLog, useClass: PgDeliveryLog },
    { provide: WebhookClient, useClass: UndiciWebhookClient },
  ],
})
export class WebhooksModule {}
