import { Injectable } from '@nestjs/common';

import { ResponseQuota } from '@haven/idempotency';
import type { Caller } from '@haven/kernel';

import { Quotas } from './quotas.js';

/** Counts stored responses towards the quota of bytes. */
@Injectable()
export class StoredResponsesQuota extends ResponseQuota {
  constructor(private readonly quotas: Quotas) {
    super();
  }

  requireSpace(caller: Caller): void | Promise<void> {
    return this.quotas.requireCapacity(caller, { records: 0, bytes: 1 });
  }

  stored(caller: Caller, bytes: number): void {
    this.quotas.written(caller, { records: 0, bytes });
  }
}
