import { Between } from './between.js';
import { Setting } from './setting.js';

/** Maximum of a quota; larger numbers are not exact. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * Quotas of tenants, unless an operator has set others for a tenant; more causes 403 `QUOTA_EXCEEDED`. 0 means
 * unlimited.
 */
export class QuotasConfig {
  @Setting('Maximum number of collections per tenant. 0: unlimited.')
  @Between(0, MOST)
  declare readonly collections: number;

  @Setting('Maximum number of records per tenant; deleted records do not count. 0: unlimited.')
  @Between(0, MOST)
  declare readonly records: number;

  @Setting(
    "Maximum size of all stored versions of a tenant's records together, as JSON text in UTF-8 as PostgreSQL " +
      'prints it. 0: unlimited.',
    { unit: 'bytes' },
  )
  @Between(0, MOST)
  declare readonly bytes: number;

  @Setting('Maximum number of API keys per tenant; revoked keys do not count. 0: unlimited.')
  @Between(0, MOST)
  declare readonly keys: number;
}
