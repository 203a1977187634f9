import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';

import { ApiModule } from '@haven/api';
import { ChangesModule } from '@haven/changes';
import { EventsModule } from '@haven/events';
import { IdempotencyModule } from '@haven/idempotency';

import { DeliveriesService } from './application/deliveries.service.js';
import { Dispatch } from './application/dispatch.js';
import { Lanes } from './application/lanes.js';
import { Sender } from './application/sender.js';
import { WebhookChanges } from './application/webhook-changes.js';
import { WebhookMetrics } from './application/webhook-metrics.js';
import { WebhooksService } from './application/webhooks.service.js';
import { Courier } from './domain/courier.js';
import { Deliveries } from './domain/deliveries.js';
import { LaneBoard } from './domain/lane-board.js';
import { LaneLog } from './domain/lane-log.js';
import { Webhooks } from './domain/webhooks.js';
import { DeliveriesUpkeep } from './infrastructure/deliveries-upkeep.js';
import { DeliverySchema, TypeOrmDeliveries } from './infrastructure/deliveries.typeorm.js';
import { PgLaneBoard } from './infrastructure/lane-board.pg.js';
import { PgLaneLog } from './infrastructure/lane-log.pg.js';
import { UndiciCourier } from './infrastructure/undici-courier.js';
import { TypeOrmWebhooks, WebhookSchema } from './infrastructure/webhooks.typeorm.js';
import { DeliveriesController } from './interface/deliveries.controller.js';
import { DeliveriesResolver } from './interface/deliveries.resolver.js';
import { WebhooksController } from './interface/webhooks.controller.js';
import { WebhooksResolver } from './interface/webhooks.resolver.js';

/** Webhooks: where changes are sent to, and what became of each delivery. */
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
    WebhookChanges,
    WebhookMetrics,
    Sender,
    Lanes,
    Dispatch,
    DeliveriesUpkeep,
    { provide: Webhooks, useClass: TypeOrmWebhooks },
    { provide: Deliveries, useClass: TypeOrmDeliveries },
    { provide: LaneBoard, useClass: PgLaneBoard },
    { provide: LaneLog, useClass: PgLaneLog },
    { provide: Courier, useClass: UndiciCourier },
  ],
})
export class WebhooksModule {}
