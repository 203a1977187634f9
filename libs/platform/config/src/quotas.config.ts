import { Between } from './between.js';
import { Setting } from './setting.js';

/** Maximum value of a quota; a double cannot represent all larger integers. */
const MOST = Number.MAX_SAFE_INTEGER;

/**
 * Default quotas of tenants; an operator can set other quotas for a single tenant. Requests that would exceed a quota
 * fail with 403 `QUOTA_EXCEEDED`. 0 means unlimited.
 */
export class QuotasConfig {
  @Setting('Maximum number of collections per tenant. 0: unlimited.')
  @Between(0, MOST)
  declare readonly collections: number;

  @Setting('Maximum number of records per tenant; deleted records do not count. 0: unlimited.')
  @Between(0, MOST)
  declare readonly records: number;

  @Setting(
    "Maximum size of all stored versions of a tenant's records, as JSON text in UTF-8 as PostgreSQL prints it, and of " +
      'the responses stored for requests with an `Idempotency-Key`, together. 0: unlimited.',
    { unit: 'bytes' },
  )
  @Between(0, MOST)
  declare readonly bytes: number;

  @Setting('Maximum number of API keys per tenant; revoked keys do not count. 0: unlimited.')
  @Between(0, MOST)
  declare readonly keys: number;

  @Setting('Maximum number of indexes that the collections of a tenant declare together. 0: unlimited.')
  @Between(0, MOST)
  declare readonly indexes: number;
}
