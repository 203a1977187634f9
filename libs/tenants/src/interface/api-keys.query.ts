import { QueryString, TextParameter, WindowQuery } from '@haven/platform';

const TENANT = 'For operators: the tenant whose keys are meant; left out, their own.';

/** Parameters of `GET /api-keys`. */
@QueryString()
export class ApiKeysQuery extends WindowQuery {
  @TextParameter(TENANT)
  tenant?: string;
}

/** Parameters of what concerns one key. */
@QueryString()
export class TenantQuery {
  @TextParameter(TENANT)
  tenant?: string;
}
