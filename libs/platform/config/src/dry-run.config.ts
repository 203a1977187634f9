import { Between } from './between.js';
import { Setting } from './setting.js';
import { MINUTE } from './units.js';

/** Requests with `dryRun`, which change nothing and return what they would change. */
export class DryRunConfig {
  @Setting(
    'Maximum duration of the transaction of a dry run, which holds the same locks as the real change. After that it ' +
      'is rolled back, and the request fails with `QUERY_TIMEOUT`.',
    { unit: 'milliseconds' },
  )
  @Between(50, MINUTE)
  declare readonly timeout: number;
}
