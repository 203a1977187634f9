import { invalid, isJsonObject, pointerTo } from '@haven/kernel';

const names = ['collections', 'records', 'bytes', 'keys', 'indexes'] as const;

/**
 * Quotas that an operator has set for a tenant. 0 means unlimited. If a quota is absent, the one from the configuration
 * applies.
 */
export type TenantQuotas = Partial<Record<(typeof names)[number], number>>;

/**
 * Returns the quotas with `changes` applied. Null removes a quota, so that the one from the configuration applies
 * again.
 */
export function applyQuotaChanges(quotas: TenantQuotas, changes: unknown = {}): TenantQuotas {
  if (!isJsonObject(changes as object)) throw invalidQuota('/quotas', 'must be an object');
  const all = new Map(Object.entries(quotas));
  for (const [name, amount] of Object.entries(changes as object)) {
    const pointer = pointerTo('/quotas', name);
    if (!names.some((known) => known === name))
      throw invalidQuota(pointer, `is not a quota; the quotas are ${names.join(', ')}`);
    if (amount === null) all.delete(name);
    else if (Number.isSafeInteger(amount) && amount >= 0) all.set(name, Number(amount));
    else throw invalidQuota(pointer, 'must be null or a non-negative integer');
  }
  return Object.fromEntries(all);
}

function invalidQuota(pointer: string, detail: string) {
  return invalid('VALIDATION_FAILED', pointer, detail);
}
