import { IsString } from 'class-validator';

import { Expose, PageQuery } from '@haven/api';

const TENANT =
  "Tenant of the keys. Only operators can name a tenant other than their own. Defaults to the caller's tenant.";

/** Parameters of `GET /api-keys`. */
export class ListApiKeysQuery extends PageQuery {
  @Expose(TENANT, { optional: true })
  @IsString()
  tenant?: string;
}

/** Parameters of the routes for a single key. */
export class ApiKeyQuery {
  @Expose(TENANT, { optional: true })
  @IsString()
  tenant?: string;
}
