import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';

import { Activity } from './activity/activity.js';
import { AdminServer } from './admin-server.js';
import { ComponentHealths } from './component-health.js';
import { Log } from './log.js';
import { Metrics } from './metrics/metrics.js';
import { Telemetry } from './telemetry.js';
import { TracingInterceptor } from './tracing/tracing.interceptor.js';

/** Provides log, metrics and traces to all modules. */
@Global()
@Module({})
export class ObservabilityModule {
  static forRoot(log: Log, telemetry: Telemetry): DynamicModule {
    return {
      module: ObservabilityModule,
      providers: [
        { provide: Log, useValue: log },
        { provide: Telemetry, useValue: telemetry },
        { provide: Metrics, useValue: telemetry.metrics },
        { provide: Activity, useValue: telemetry.activity },
        AdminServer,
        ComponentHealths,
        ...(telemetry.traces ? [{ provide: APP_INTERCEPTOR, useClass: TracingInterceptor }] : []),
      ],
      exports: [Log, Telemetry, Metrics, Activity, ComponentHealths],
    };
  }
}
