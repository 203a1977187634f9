import { IsString } from 'class-validator';

import { Expose, PageQuery } from '@haven/api';

const TENANT = 'For operators: the tenant whose keys are meant; left out, their own.';

/** Parameters of `GET /api-keys`. */
export class ListApiKeysQuery extends PageQuery {
  @Expose(TENANT, { optional: true })
  @IsString()
  tenant?: string;
}

/** Parameters of what concerns one key. */
export class ApiKeyQuery {
  @Expose(TENANT, { optional: true })
  @IsString()
  tenant?: string;
}
