import { Global, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';

import { HavenConfig } from './haven.config.js';

/** Provides the configuration to all modules. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: HavenConfig): DynamicModule {
    return { module: ConfigModule, providers: [{ provide: HavenConfig, useValue: config }], exports: [HavenConfig] };
  }
}
