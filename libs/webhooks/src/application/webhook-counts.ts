import { Injectable } from '@nestjs/common';

import { RESULTS } from '../domain/result.js';
import type { Result } from '../domain/result.js';

/** What this process has done for webhooks since it started, for whoever measures. */
@Injectable()
export class WebhookCounts {
  readonly attempts = new Map<Result, number>(RESULTS.map((result) => [result, 0]));

  attempted(result: Result): void {
    this.attempts.set(result, (this.attempts.get(result) ?? 0) + 1);
  }
}
