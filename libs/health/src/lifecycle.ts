import type { Server } from 'node:http';

import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** The phase of this process: starting, serving or draining. */
@Injectable()
export class Lifecycle implements OnApplicationBootstrap {
  private isBootstrapped = false;
  private isDraining = false;

  constructor(private readonly adapter: HttpAdapterHost) {}

  /** True once every module has started. */
  get bootstrapped(): boolean {
    return this.isBootstrapped;
  }

  /** True while the main port accepts connections. The metrics port serves probes before and after that, too. */
  get listening(): boolean {
    return (this.adapter.httpAdapter.getHttpServer() as Server).listening; // Fastify wraps Node's server
  }

  /**
   * True once the process has received the stop signal. The process still serves, but should receive no new requests.
   */
  get draining(): boolean {
    return this.isDraining;
  }

  /** Makes readiness fail permanently. Calling it again has no effect. */
  startDraining(): void {
    this.isDraining = true;
  }

  onApplicationBootstrap(): void {
    this.isBootstrapped = true;
  }
}
