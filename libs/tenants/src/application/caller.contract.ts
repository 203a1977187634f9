import { ID } from '@nestjs/graphql';

import { Expose, Output } from '@haven/api';
import { scopeNames } from '@haven/kernel';
import type { Caller } from '@haven/kernel';

import type { Tenant } from '../domain/tenant.js';

/** How a caller was identified: by an API key, by a token, or not at all because the server needs no key. */
const CREDENTIALS = ['key', 'token', 'none'] as const;

/** The sender of a request, and its permissions. */
@Output('Caller', 'Who sends a request, and what it may do.')
export class CallerView {
  @Expose('ID of the tenant whose data the caller sees.', { as: ID })
  readonly tenant: string;

  @Expose('Name of that tenant; null if it does not exist any more.', { as: String, optional: true })
  readonly tenantName: string | null;

  @Expose('Name of the caller in the history of records, such as `key:019…`.')
  readonly actor: string;

  @Expose('How the caller was identified: `key`, `token`, or `none` if the server needs no key.', {
    as: String,
    schema: { enum: [...CREDENTIALS] },
  })
  readonly credential: (typeof CREDENTIALS)[number];

  @Expose('Scopes of the caller.', { as: [String], schema: { items: { type: 'string', enum: [...scopeNames] } } })
  readonly scopes: string[];

  @Expose('Names of the collections that the scopes are restricted to; null if they are not restricted.', {
    as: [String],
    optional: true,
  })
  readonly collections: string[] | null;

  constructor({ tenantId, actor, access }: Caller, tenant: Pick<Tenant, 'name'> | null) {
    this.tenant = tenantId;
    this.tenantName = tenant?.name ?? null;
    this.actor = actor;
    this.credential = CREDENTIALS.find((kind) => actor.startsWith(`${kind}:`)) ?? 'none';
    this.scopes = scopeNames.filter((scope) => access.scopes.has(scope));
    this.collections = access.collections ? [...access.collections].toSorted() : null;
  }
}
