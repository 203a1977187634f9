import { Between } from './between.js';
import { Setting } from './setting.js';

/** How much there may be: no number beyond is exact. */
const MOST = Number.MAX_SAFE_INTEGER;

/** What each tenant may have, unless an operator has set something else for it; more is 403 `QUOTA_EXCEEDED`. 0 is no limit. */
export class QuotasConfig {
  @Setting('How many collections one tenant may have. 0: any number.')
  @Between(0, MOST)
  declare readonly collections: number;

  @Setting('How many records one tenant may have; deleted ones do not count. 0: any number.')
  @Between(0, MOST)
  declare readonly records: number;

  @Setting(
    "How much text all kept versions of a tenant's records may have together, as PostgreSQL writes JSON in UTF-8. 0: any amount.",
    { unit: 'bytes' },
  )
  @Between(0, MOST)
  declare readonly bytes: number;

  @Setting('How many API keys that are not revoked one tenant may have. 0: any number.')
  @Between(0, MOST)
  declare readonly keys: number;
}
