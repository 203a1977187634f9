import type { Server } from 'node:http';

import { Injectable } from '@nestjs/common';
import type { OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** How far this process is: starting, serving, or on its way out. */
@Injectable()
export class Lifecycle implements OnApplicationBootstrap {
  private isBootstrapped = false;
  private isDraining = false;

  constructor(private readonly adapter: HttpAdapterHost) {}

  /** True once every module has started. */
  get bootstrapped(): boolean {
    return this.isBootstrapped;
  }

  /** True while the main port takes connections; the port for metrics answers probes before and after. */
  get listening(): boolean {
    return (this.adapter.httpAdapter.getHttpServer() as Server).listening; // node's own
  }

  /** True from the stop signal on; the process still serves, but asks for no new work. */
  get draining(): boolean {
    return this.isDraining;
  }

  /** Makes readiness fail from now on; there is no way back. Harmless when called again. */
  startDraining(): void {
    this.isDraining = true;
  }

  onApplicationBootstrap(): void {
    this.isBootstrapped = true;
  }
}
