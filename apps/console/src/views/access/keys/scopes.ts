/** Id of the tenant of the operators. Only its keys can have the scope `operator`. */
export const OPERATORS_TENANT = '00000000-0000-7000-8000-000000000000';

/** The scopes of API keys, and what each allows. */
export const scopeTexts = {
  'records:read': 'Read collections and records, including earlier versions',
  'records:write': 'Create, change, delete, restore and import records',
  'collections:write': 'Create, change and delete collections',
  'changes:read': 'Follow changes, and read the checkpoints of the audit',
  'webhooks:write': 'Manage webhooks',
  'history:erase': 'Remove the data of a record from all its versions',
  'keys:write': 'Manage the API keys of the tenant',
  'stats:read': 'Read the overview: sizes, requests, latency and errors',
  operator: 'Manage tenants, and the API keys of all tenants',
} as const;

export type Scope = keyof typeof scopeTexts;

export const scopeNames = Object.keys(scopeTexts) as readonly Scope[]; // the keys of the literal above

/** Scopes that change nothing. */
export const readingScopes: readonly Scope[] = ['records:read', 'changes:read', 'stats:read'];

/** Returns the scopes that a caller can grant to a key of a tenant: those that it holds, for operators all. */
export function grantableScopes(held: readonly string[], tenant: string): readonly Scope[] {
  return scopeNames.filter(
    (scope) =>
      (held.includes(scope) || held.includes('operator')) && (scope !== 'operator' || tenant === OPERATORS_TENANT),
  );
}
